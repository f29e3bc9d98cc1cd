/** The front page: what is on, and the search. */
import type { VNode } from 'preact'
import { CategoryChips } from '../components/category-chips.tsx'
import { EventCard } from '../components/event-card.tsx'
import { Icon } from '../components/icon.tsx'
import { ErrorSummary } from '../components/notice.tsx'
import { Poster } from '../components/poster.tsx'
import { SearchForm } from '../components/search-form.tsx'
import { Layout } from '../layout.tsx'
import type { EventListing } from '../needs.ts'
import { type Search, type Typed, activeFilters, isEverything, searchPath } from '../search.ts'
import type { Visitor } from '../visitor.ts'

/** What can be chosen from, taken from what is on. */
export interface Facets {
  categories: readonly string[]
  cities: readonly string[]
}

export interface EventsPageProps {
  visitor: Visitor
  search: Search
  facets: Facets
  events: readonly EventListing[]
  nextCursor: string | undefined
}

export function EventsPage(props: EventsPageProps): VNode {
  const { search, facets } = props
  const isFront = isEverything(search.typed)
  return (
    <Layout
      visitor={props.visitor}
      section="events"
      head={{
        title: isFront ? 'Tickets for what is on' : 'Events',
        description: 'Concerts, festivals, theatre, sport: find an event and have your tickets.',
        ...(isFront ? { canonicalPath: '/' } : {}),
      }}
    >
      <section class={isFront ? 'stage stage-front' : 'stage'}>
        <div class="wrap stage-row">
          <div class="stage-text">
            <h1>{isFront ? 'Find your next night out.' : 'Find an event'}</h1>
            <SearchForm search={search} cities={facets.cities} />
            <CategoryChips typed={search.typed} categories={facets.categories} />
          </div>
          {isFront && <PosterWall />}
        </div>
      </section>
      <Results {...props} />
    </Layout>
  )
}

function Results({ search, events, nextCursor }: EventsPageProps): VNode {
  const { typed, faults } = search
  const isFront = isEverything(typed)
  return (
    <section class="wrap results" aria-labelledby="results">
      <ErrorSummary title="Part of the search was left out" faults={faults} />
      <h2 id="results">{isFront ? 'Coming up' : 'Results'}</h2>
      <ActiveFilters typed={typed} />
      {events.length === 0 ? (
        <NothingFound typed={typed} />
      ) : (
        <ul class="cards">
          {events.map((event, index) => (
            <EventCard event={event} isLead={isFront && index === 0} />
          ))}
        </ul>
      )}
      <Pages typed={typed} nextCursor={nextCursor} />
    </section>
  )
}

function ActiveFilters({ typed }: { typed: Typed }): VNode | null {
  const filters = activeFilters(typed)
  if (filters.length === 0) return null
  return (
    <ul class="active-filters" aria-label="Limited to">
      {filters.map(({ fields, label }) => (
        <li>
          <a href={searchPath(typed, fields)}>
            {label}
            <Icon name="close" />
            <span class="visually-hidden">: show without</span>
          </a>
        </li>
      ))}
      {filters.length > 1 && (
        <li>
          <a class="active-filters-clear" href="/">
            Clear all
          </a>
        </li>
      )}
    </ul>
  )
}

function NothingFound({ typed }: { typed: Typed }): VNode {
  const isFiltered = activeFilters(typed).length > 0
  return (
    <div class="empty">
      <div class="empty-art">
        <Poster subject={{ id: 7, category: 'Theatre' }} shape="square" />
      </div>
      <div>
        <h3>{isFiltered ? 'Nothing found' : 'Nothing is on yet'}</h3>
        <p>
          {isFiltered
            ? 'No event that is still ahead fits. Try fewer words, another city or other dates.'
            : 'As soon as an organizer publishes an event, it is here.'}
        </p>
        {isFiltered && (
          <a class="button" href="/">
            Show all events
          </a>
        )}
      </div>
    </div>
  )
}

function Pages(props: { typed: Typed; nextCursor: string | undefined }): VNode | null {
  const { typed, nextCursor } = props
  if (nextCursor === undefined && typed.cursor === '') return null
  return (
    <nav class="more" aria-label="More events">
      {typed.cursor !== '' && (
        <a class="button button-quiet" href={searchPath(typed, {})}>
          Back to the first page
        </a>
      )}
      {nextCursor !== undefined && (
        <a class="button" href={searchPath(typed, { cursor: nextCursor })} rel="next">
          More events
        </a>
      )}
    </nav>
  )
}

const WALL = ['Concert', 'Festival', 'Theatre', 'Sport', 'Conference', 'Jazz']

function PosterWall(): VNode {
  return (
    <div class="wall" aria-hidden="true">
      {WALL.map((category, index) => (
        <Poster subject={{ id: index * 5 + 3, category }} shape="square" />
      ))}
    </div>
  )
}
