/**
 * Every component in every state, for those who change one: colours, type, buttons, forms, notices,
 * cards, paying, tickets, the own account, and what is shown when there is nothing to show. Whole
 * pages are a link away.
 */
import type { VNode } from 'preact'
import { DesignSection } from '../components/design-section.tsx'
import { EventCard } from '../components/event-card.tsx'
import { Field } from '../components/field.tsx'
import { ICON_NAMES, Icon } from '../components/icon.tsx'
import { LanguageSwitch } from '../components/language-switch.tsx'
import { ErrorSummary, Notice } from '../components/notice.tsx'
import { Poster } from '../components/poster.tsx'
import { SAMPLE_EVENTS } from '../design-samples.ts'
import { Layout } from '../layout.tsx'
import type { Visitor } from '../visitor.ts'
import { DesignAccount, DesignBuying } from './design-buying.tsx'
import { SAMPLE_PAGES } from './sample-pages.tsx'

/** Of `styles/tokens.css`, by what they are for. */
const COLOURS = [
  ...['paper', 'panel', 'card', 'line', 'edge', 'ink', 'muted', 'accent', 'accent-strong'],
  ...['stage', 'stage-line', 'on-stage', 'on-stage-muted'],
  ...['bad', 'bad-wash', 'good', 'good-wash', 'info-wash'],
]
const CATEGORIES = [
  ...['Concert', 'Classical', 'Club night', 'Festival', 'Theatre', 'Sport'],
  ...['Conference', 'Comedy', 'Family', 'Film'],
]

export function DesignPage({ visitor }: { visitor: Visitor }): VNode {
  return (
    <Layout visitor={visitor} head={{ title: 'Design' }}>
      <div class="wrap page design" lang="en">
        <h1>Design</h1>
        <p>
          Ink, paper and one yellow; the posters bring every other colour. Dark or light is what the
          reader's device says.
        </p>
        <DesignSection title="Colours">
          <ul class="design-colours">
            {COLOURS.map((name) => (
              <li>
                <span class={`design-colour design-is-${name}`} />
                <code>{name}</code>
              </li>
            ))}
          </ul>
        </DesignSection>
        <DesignSection title="Type">
          <p class="design-type design-size-0">A night out</p>
          <p class="design-type design-size-1">A night out</p>
          <p class="design-type design-size-2">A night out</p>
          <p class="design-type design-size-3">A night out</p>
          <p>Text is 17 points of the reader's own sans serif.</p>
          <p class="design-muted">What matters less is muted, and no smaller than 15.</p>
          <p>
            <a href="#type">A link</a>, <code>a code</code>
          </p>
        </DesignSection>
        <DesignSection title="Icons">
          <ul class="design-row">
            {ICON_NAMES.map((name) => (
              <li>
                <Icon name={name} /> {name}
              </li>
            ))}
          </ul>
        </DesignSection>
        <Buttons />
        <Forms />
        <Notices />
        <DesignSection title="Posters">
          <ul class="design-posters">
            {CATEGORIES.map((category, index) => (
              <li>
                <Poster subject={{ id: index * 7 + 1, category }} shape="square" />
                {category}
              </li>
            ))}
          </ul>
        </DesignSection>
        <DesignSection title="Cards">
          <ul class="cards">
            {SAMPLE_EVENTS.map(({ event }, index) => (
              <EventCard event={event} language={visitor.language} isLead={index === 0} />
            ))}
          </ul>
        </DesignSection>
        <DesignBuying visitor={visitor} />
        <DesignAccount visitor={visitor} />
        <DesignSection title="Whole pages">
          {Object.entries(SAMPLE_PAGES).map(([kind, pages]) => (
            <>
              <h3>{kind}</h3>
              <ul class="page-links">
                {Object.keys(pages).map((state) => (
                  <li>
                    <a href={`/design?${new URLSearchParams({ [kind]: state }).toString()}`}>
                      {state}
                    </a>
                  </li>
                ))}
              </ul>
            </>
          ))}
        </DesignSection>
        <DesignSection title="Language">
          <div class="footer design-footer">
            <LanguageSwitch visitor={visitor} />
          </div>
        </DesignSection>
      </div>
    </Layout>
  )
}

function Buttons(): VNode {
  return (
    <DesignSection title="Buttons">
      <div class="design-row">
        <button class="button" type="button">
          Buy now
        </button>
        <button class="button button-quiet" type="button">
          See other events
        </button>
        <button class="button" type="button" disabled>
          Not now
        </button>
      </div>
      <button class="button button-big" type="button">
        The one thing to do
      </button>
      <div class="design-row">
        <span class="tag">Information</span>
        <span class="tag tag-low">12 left</span>
        <span class="tag tag-over">Sold out</span>
      </div>
    </DesignSection>
  )
}

function Forms(): VNode {
  return (
    <DesignSection title="Forms">
      <form class="design-form">
        <Field name="design-name" label="Name" value="Nora" autocomplete="off" />
        <Field name="design-hint" label="With a hint" hint="As it is on your card." />
        <Field name="design-fault" label="With a fault" value="cheap" fault="Enter a number." />
        <Field name="design-date" label="A date" type="date" />
        <div class="field">
          <label for="design-choice">A choice</label>
          <select id="design-choice">
            <option>1 ticket</option>
            <option>2 tickets</option>
          </select>
        </div>
        <label class="checkbox" for="design-tick">
          <input id="design-tick" type="checkbox" />
          Only with tickets available
        </label>
      </form>
    </DesignSection>
  )
}

function Notices(): VNode {
  return (
    <DesignSection title="Notices">
      <Notice tone="done" title="It is done">
        <p>And this is what happens next.</p>
      </Notice>
      <Notice tone="info" title="This event has a new date">
        <p>Tickets that were bought before stay good.</p>
      </Notice>
      <ErrorSummary
        title="Nothing was bought"
        faults={[
          { field: 'design-fault', message: 'Enter a number.', see: 'See “With a fault” above.' },
        ]}
      />
      <p class="search-trouble">The search does not answer right now.</p>
      <div class="empty">
        <div class="empty-art">
          <Poster subject={{ id: 7, category: 'Theatre' }} shape="square" />
        </div>
        <div>
          <h3>Nothing found</h3>
          <p>What is empty says so, and what to do about it.</p>
        </div>
      </div>
    </DesignSection>
  )
}
