/** How the provider counts money, and what it is too little for. */

/** Stripe counts these in whole units and those in thousandths, whatever others say of the currency. */
const WHOLE_UNITS = new Set(
  'BIF CLP DJF GNF JPY KMF KRW MGA PYG RWF VND VUV XAF XOF XPF'.split(' '),
)
const THOUSANDTHS = new Set('BHD JOD KWD OMR TND'.split(' '))

/** In minor units, where the provider says that it is another sum than this. */
const SMALLEST_DEFAULT = 50
const SMALLEST: Readonly<Record<string, number>> = {
  ...{ AED: 200, BGN: 100, CZK: 1_500, DKK: 250, GBP: 30, HKD: 400, HUF: 17_500, MXN: 1_000 },
  ...{ MYR: 200, NOK: 300, PLN: 200, RON: 200, SEK: 300, THB: 1_000 },
}

/** @returns What a sum is in the provider's units; undefined when it is no whole number of them. */
export function minorUnits(cents: number, currency: string): number | undefined {
  if (THOUSANDTHS.has(currency)) return cents * 10
  if (!WHOLE_UNITS.has(currency)) return cents
  return cents % 100 === 0 ? cents / 100 : undefined
}

/** The smallest payment in minor units. */
export const smallestAmount = (currency: string): number => SMALLEST[currency] ?? SMALLEST_DEFAULT

/** The same in cents: whatever costs less cannot be paid for. */
export function smallestPriceCents(currency: string): number {
  const amount = smallestAmount(currency)
  if (THOUSANDTHS.has(currency)) return Math.ceil(amount / 10)
  return WHOLE_UNITS.has(currency) ? amount * 100 : amount
}
