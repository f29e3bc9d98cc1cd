/** The search: words and place first, the rest behind a fold. */
import type { VNode } from 'preact'
import type { Language } from '../../src/kernel/language.ts'
import { type Search, SORTS } from '../search.ts'
import { searchTexts } from '../texts/search.ts'
import { Field, faultOf } from './field.tsx'
import { Icon } from './icon.tsx'

export function SearchForm(props: {
  search: Search
  cities: readonly string[]
  language: Language
}): VNode {
  const { typed } = props.search
  const t = searchTexts[props.language]
  return (
    <form
      class="search"
      method="get"
      action="/"
      role="search"
      aria-label={t.form}
      data-island="search-as-you-type"
      data-shows="found"
    >
      <div class="search-bar">
        <div class="search-field">
          <Icon name="search" />
          <label for="q">{t.what}</label>
          <input
            id="q"
            name="q"
            type="search"
            value={typed.q}
            placeholder={t.whatExample}
            autocomplete="off"
            enterkeyhint="search"
            maxLength={200}
          />
        </div>
        <div class="search-field search-city">
          <Icon name="place" />
          <label for="city">{t.where}</label>
          <input
            id="city"
            name="city"
            type="text"
            value={typed.city}
            placeholder={t.whereExample}
            list="cities"
            autocomplete="off"
            maxLength={120}
          />
          <datalist id="cities">
            {props.cities.map((city) => (
              <option value={city} />
            ))}
          </datalist>
        </div>
        <button class="button" type="submit">
          {t.search}
        </button>
      </div>
      {typed.category !== '' && <input type="hidden" name="category" value={typed.category} />}
      <MoreFilters search={props.search} language={props.language} />
      <p class="search-trouble" data-search="trouble" hidden>
        {t.trouble}
      </p>
      <p class="visually-hidden" role="status" data-search="spoken" />
    </form>
  )
}

function MoreFilters(props: { search: Search; language: Language }): VNode {
  const { typed, faults } = props.search
  const t = searchTexts[props.language]
  // What is chosen in it stands above the results; only what is wrong has to be seen here.
  const hasFault = faults.some(({ field }) => field !== 'q' && field !== 'city')
  const amount = { inputMode: 'decimal', autocomplete: 'off', maxLength: 13 } as const
  return (
    <details class="filters" open={hasFault}>
      <summary>
        <Icon name="filter" />
        {t.more}
      </summary>
      <div class="filters-grid">
        <Field
          name="from"
          label={t.from}
          type="date"
          value={typed.from}
          fault={faultOf(faults, 'from')}
        />
        <Field name="to" label={t.to} type="date" value={typed.to} fault={faultOf(faults, 'to')} />
        <Field
          name="min_price"
          label={t.minPrice}
          value={typed.min_price}
          fault={faultOf(faults, 'min_price')}
          {...amount}
        />
        <Field
          name="max_price"
          label={t.maxPrice}
          value={typed.max_price}
          fault={faultOf(faults, 'max_price')}
          {...amount}
        />
        <div class="field">
          <label for="sort">{t.order}</label>
          <select id="sort" name="sort">
            <option value="">{typed.q === '' ? t.soonest : t.bestMatch}</option>
            {SORTS.filter((sort) => sort !== 'date' || typed.q !== '').map((sort) => (
              <option value={sort} selected={sort === typed.sort}>
                {t.sorts[sort]}
              </option>
            ))}
          </select>
        </div>
        <label class="checkbox" for="available">
          <input
            id="available"
            name="available"
            type="checkbox"
            value="yes"
            checked={typed.available !== ''}
          />
          {t.onlyAvailable}
        </label>
        <button class="button button-quiet" type="submit">
          {t.apply}
        </button>
      </div>
    </details>
  )
}
