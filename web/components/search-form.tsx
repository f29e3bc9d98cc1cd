/** The search: words and place first, the rest behind a fold that opens when it is in use. */
import type { VNode } from 'preact'
import { type Search, SORT_LABELS } from '../search.ts'
import { Field, faultOf } from './field.tsx'
import { Icon } from './icon.tsx'

export function SearchForm(props: { search: Search; cities: readonly string[] }): VNode {
  const { typed } = props.search
  return (
    <form class="search" method="get" action="/" role="search" aria-label="Events">
      <div class="search-bar">
        <div class="search-field">
          <Icon name="search" />
          <label for="q">What</label>
          <input
            id="q"
            name="q"
            type="search"
            value={typed.q}
            placeholder="Artist, event or venue"
            autocomplete="off"
            enterkeyhint="search"
            maxLength={200}
          />
        </div>
        <div class="search-field search-city">
          <Icon name="place" />
          <label for="city">Where</label>
          <input
            id="city"
            name="city"
            type="text"
            value={typed.city}
            placeholder="Any city"
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
          Search
        </button>
      </div>
      {typed.category !== '' && <input type="hidden" name="category" value={typed.category} />}
      <MoreFilters search={props.search} />
    </form>
  )
}

function MoreFilters({ search: { typed, faults } }: { search: Search }): VNode {
  const isInUse = (['from', 'to', 'min_price', 'max_price', 'available', 'sort'] as const).some(
    (field) => typed[field] !== '',
  )
  const amount = { inputMode: 'decimal', autocomplete: 'off', maxLength: 13 } as const
  return (
    <details class="filters" open={isInUse}>
      <summary>
        <Icon name="filter" />
        Dates, prices, order
      </summary>
      <div class="filters-grid">
        <Field
          name="from"
          label="From"
          type="date"
          value={typed.from}
          fault={faultOf(faults, 'from')}
        />
        <Field name="to" label="Until" type="date" value={typed.to} fault={faultOf(faults, 'to')} />
        <Field
          name="min_price"
          label="Price from"
          value={typed.min_price}
          fault={faultOf(faults, 'min_price')}
          {...amount}
        />
        <Field
          name="max_price"
          label="Price up to"
          value={typed.max_price}
          fault={faultOf(faults, 'max_price')}
          {...amount}
        />
        <div class="field">
          <label for="sort">Order</label>
          <select id="sort" name="sort">
            <option value="">{typed.q === '' ? 'Soonest first' : 'Best match'}</option>
            {SORT_LABELS.filter(([sort]) => sort !== 'date' || typed.q !== '').map(
              ([sort, label]) => (
                <option value={sort} selected={sort === typed.sort}>
                  {label}
                </option>
              ),
            )}
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
          Only with tickets available
        </label>
        <button class="button button-quiet" type="submit">
          Apply
        </button>
      </div>
    </details>
  )
}
