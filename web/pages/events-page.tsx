/** The front page: what is on, and the search. */
import type { VNode } from 'preact'
import type { Language } from '../../src/kernel/language.ts'
import { CategoryChips } from '../components/category-chips.tsx'
import { DateChips } from '../components/date-chips.tsx'
import { EventCard } from '../components/event-card.tsx'
import { Icon } from '../components/icon.tsx'
import { ErrorSummary } from '../components/notice.tsx'
import { Poster } from '../components/poster.tsx'
import { SearchForm } from '../components/search-form.tsx'
import { Layout } from '../layout.tsx'
import type { NearSearch } from '../near-searches.ts'
import type { EventListing } from '../needs.ts'
import { type Search, type Typed, activeFilters, isEverything, searchPath } from '../search.ts'
import { searchTexts } from '../texts/search.ts'
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
  /** Where nothing was found: what is near. */
  near: readonly NearSearch[]
  nextCursor: string | undefined
}

export function EventsPage(props: EventsPageProps): VNode {
  const { search, facets } = props
  const { language } = props.visitor
  const t = searchTexts[language]
  const isFront = isEverything(search.typed)
  return (
    <Layout
      visitor={props.visitor}
      section="events"
      head={{
        title: isFront ? t.frontTitle : t.title,
        description: t.summary,
        ...(isFront ? { canonicalPath: '/' } : {}),
      }}
    >
      <section class={isFront ? 'stage stage-front' : 'stage'} id="stage">
        <div class="wrap stage-row">
          <div class="stage-text">
            <h1>{isFront ? t.welcome : t.find}</h1>
            <SearchForm search={search} cities={facets.cities} language={language} />
            <div class="chip-rows" id="chips">
              <DateChips typed={search.typed} language={language} />
              <CategoryChips
                typed={search.typed}
                categories={facets.categories}
                language={language}
              />
            </div>
          </div>
          {isFront && <PosterWall />}
        </div>
      </section>
      <Results {...props} />
    </Layout>
  )
}

interface InLanguage {
  typed: Typed
  language: Language
}

function Results({ visitor, search, events, near, nextCursor }: EventsPageProps): VNode {
  const { language } = visitor
  const t = searchTexts[language]
  const found = t.found(events.length.toLocaleString(language), nextCursor !== undefined)
  const { typed, faults } = search
  const isFront = isEverything(typed)
  return (
    <section
      class="wrap results"
      id="found"
      aria-labelledby="results"
      data-spoken={events.length === 0 ? t.nothingFound : found}
    >
      <ErrorSummary title={t.leftOut} faults={faults} />
      <div class="results-head">
        <h2 id="results">{isFront ? t.comingUp : t.results}</h2>
        {!isFront && events.length > 0 && <p>{found}</p>}
      </div>
      <ActiveFilters typed={typed} language={language} />
      {events.length === 0 ? (
        <NothingFound typed={typed} near={near} language={language} />
      ) : (
        <ul class="cards">
          {events.map((event, index) => (
            <EventCard
              event={event}
              language={language}
              isLead={index === 0 && (isFront || events.length === 1)}
              isFirst={index === 0}
            />
          ))}
        </ul>
      )}
      <Pages typed={typed} nextCursor={nextCursor} language={language} />
    </section>
  )
}

function ActiveFilters({ typed, language }: InLanguage): VNode | null {
  const t = searchTexts[language]
  const filters = activeFilters(typed, language)
  if (filters.length === 0) return null
  return (
    <ul class="active-filters" aria-label={t.limitedTo}>
      {filters.map(({ fields, label }) => (
        <li>
          <a href={searchPath(typed, fields)}>
            {label}
            <Icon name="close" />
            <span class="visually-hidden">{t.showWithout}</span>
          </a>
        </li>
      ))}
      {filters.length > 1 && (
        <li>
          <a class="active-filters-clear" href="/">
            {t.clear}
          </a>
        </li>
      )}
    </ul>
  )
}

function NothingFound({
  typed,
  near,
  language,
}: InLanguage & { near: readonly NearSearch[] }): VNode {
  const t = searchTexts[language]
  const isFiltered = activeFilters(typed).length > 0
  return (
    <div class="empty">
      <div class="empty-art">
        <Poster subject={{ id: 7, category: 'Theatre' }} shape="square" />
      </div>
      <div>
        <h3>{isFiltered ? t.nothingFound : t.nothingOn}</h3>
        <p>
          {near.length > 0 ? t.nothingButNear : isFiltered ? t.nothingFits : t.nothingPublished}
        </p>
        {near.length > 0 && (
          <ul class="near">
            {near.map(({ without, path, count, hasMore }) => (
              <li>
                <a href={path}>
                  <strong>{t.near[without]}</strong>
                  {t.found(`${count.toLocaleString(language)}${hasMore ? '+' : ''}`, false)}
                </a>
              </li>
            ))}
          </ul>
        )}
        {isFiltered && (
          <a class={near.length > 0 ? 'button button-quiet' : 'button'} href="/">
            {t.showAll}
          </a>
        )}
      </div>
    </div>
  )
}

function Pages(props: InLanguage & { nextCursor: string | undefined }): VNode | null {
  const t = searchTexts[props.language]
  const { typed, nextCursor } = props
  if (nextCursor === undefined && typed.cursor === '') return null
  return (
    <nav class="more" aria-label={t.moreEvents}>
      {typed.cursor !== '' && (
        <a class="button button-quiet" href={searchPath(typed, {})}>
          {t.firstPage}
        </a>
      )}
      {nextCursor !== undefined && (
        <a class="button" href={searchPath(typed, { cursor: nextCursor })} rel="next">
          {t.moreEvents}
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
