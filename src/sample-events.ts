/** The events of the sample shop. Everything in it is made up. */

export interface SampleEvent {
  name: string
  description: string
  venue: string
  city: string
  category: string
  timezone: string
  currency: string
  startsAt: Date
  onSaleAt?: Date
  ticketTypes: { name: string; price: number; capacity: number }[]
}

type Place = [venue: string, city: string, timezone: string, currency: string]

const PLACES = {
  arena: ['City Arena', 'Vienna', 'Europe/Vienna', 'EUR'],
  center: ['Convention Center', 'Berlin', 'Europe/Berlin', 'EUR'],
  kulturhalle: ['Kulturhalle', 'Zürich', 'Europe/Zurich', 'CHF'],
  harbour: ['Harbour Stage', 'Hamburg', 'Europe/Berlin', 'EUR'],
  opera: ['Old Opera House', 'Prague', 'Europe/Prague', 'EUR'],
  stadium: ['Riverside Stadium', 'London', 'Europe/London', 'GBP'],
  club: ['The Cellar', 'Paris', 'Europe/Paris', 'EUR'],
  garden: ['Palace Garden', 'Lisbon', 'Europe/Lisbon', 'EUR'],
  hall: ['Mercury Hall', 'New York', 'America/New_York', 'USD'],
  theatre: ['Little Theatre', 'Dublin', 'Europe/Dublin', 'EUR'],
} as const satisfies Record<string, Place>

type Row = [
  name: string,
  category: string,
  place: keyof typeof PLACES,
  /** Days from now, and the local hour in UTC. */
  inDays: number,
  hour: number,
  price: number,
  capacity: number,
  description: string,
]

/** The brief's two come first, so that their ids are 1 and 2. */
const ROWS: Row[] = [
  ['Rock Night', 'Concert', 'arena', 18, 19, 75, 500, 'Live rock concert'],
  ['Tech Conference', 'Conference', 'center', 54, 8, 120, 300, 'Annual tech meetup'],
  ['Midnight Circuit', 'Club night', 'club', 3, 22, 18, 240, 'Four selectors, one room, no photographs. Doors at ten, last entry at two.'],
  ['The Lanterns: Farewell Tour', 'Concert', 'stadium', 96, 18, 89, 42_000, 'Thirty years of songs, one last summer. Two hours, no support act, the whole of the first record.'],
  ['Nordlicht Ensemble plays Pärt', 'Classical', 'opera', 11, 18, 42, 780, 'Fratres, Spiegel im Spiegel and the Cantus, in a hall made for silence.'],
  ['Laugh Till Late', 'Comedy', 'theatre', 5, 19, 22, 180, 'Six comedians, ten minutes each, and whoever survives gets twenty.'],
  ['Hamburg Harbour Sessions', 'Festival', 'harbour', 64, 13, 59, 8_000, 'Twelve bands on two stages beside the water. Bring a jacket; it is Hamburg.'],
  ['Code & Coffee Summit', 'Conference', 'center', 33, 8, 240, 650, 'A day about software that lasts, with more breaks than talks.'],
  ['Il Barbiere di Siviglia', 'Opera', 'opera', 27, 18, 68, 900, 'Rossini, sung in Italian with surtitles in English and Czech.'],
  ['City Derby', 'Sport', 'stadium', 21, 15, 45, 55_000, 'The one that matters. Turnstiles open two hours before kick-off.'],
  ['Jazz in the Garden', 'Jazz', 'garden', 8, 17, 28, 600, 'The Marta Reis Quartet under the plane trees. Blankets welcome, bottles not.'],
  ['Shadow Puppets for Beginners', 'Family', 'theatre', 9, 10, 12, 120, 'A workshop and a show, for everybody from five up. Grown-ups must bring a child.'],
  ['Blaue Stunde', 'Concert', 'kulturhalle', 14, 19, 52, 1_400, 'Songs about leaving, by people who stayed.'],
  ['Winter Market Carols', 'Classical', 'arena', 26, 16, 15, 2_000, 'Three choirs and four hundred voices in the audience, which is you.'],
  ['Startup Pitch Night', 'Conference', 'hall', 16, 23, 35, 400, 'Ten founders, three minutes each, one cheque.'],
  ['Kid Comet', 'Concert', 'hall', 41, 0, 38, 1_100, 'The Brooklyn duo return with a second record and a borrowed string section.'],
  ['Swan Lake', 'Dance', 'opera', 47, 18, 74, 900, 'In the version of 1895, with live orchestra.'],
  ['Ink & Paper Fair', 'Exhibition', 'kulturhalle', 38, 9, 9, 3_000, 'Two hundred small presses, binders and printers. Mind your wallet.'],
  ['Open Mic Thursday', 'Comedy', 'club', 4, 19, 8, 90, 'Anybody may. Nobody must.'],
  ['Marathon Finish Stand', 'Sport', 'harbour', 120, 9, 20, 1_500, 'A seat where it hurts the most. Bring cowbells.'],
  ['The Glass Menagerie', 'Theatre', 'theatre', 19, 19, 34, 180, 'Tennessee Williams in a room small enough to hear the glass.'],
  ['Balkan Brass Explosion', 'Concert', 'garden', 29, 19, 26, 900, 'Fourteen horns, two drums, no chairs.'],
  ['Photography After Dark', 'Exhibition', 'center', 23, 18, 16, 500, 'The museum without daylight: torches are handed out at the door.'],
  ['Chamber Music at Noon', 'Classical', 'opera', 6, 11, 14, 220, 'Forty minutes of Haydn, then back to work.'],
  ['Synth Sunday', 'Club night', 'club', 12, 16, 16, 240, 'Modular machines, played live, with the covers off.'],
  ['European Fencing Open', 'Sport', 'arena', 73, 9, 32, 3_200, 'Foil, épée and sabre over three days; this ticket is for the finals.'],
  ['Story Hour: The Snow Queen', 'Family', 'garden', 17, 14, 7, 150, 'Read aloud, with a harp and hot chocolate.'],
  ['Data for Humans', 'Conference', 'kulturhalle', 60, 8, 180, 420, 'How to count things without losing sight of them.'],
  ['Fado at Dusk', 'Concert', 'garden', 36, 18, 30, 400, 'Three voices, two guitars, one sunset.'],
  ['The Long Improvisation', 'Jazz', 'club', 20, 19, 24, 200, 'One piece. Four hours. You may leave and come back.'],
  ['Riverside Food Festival', 'Festival', 'stadium', 82, 10, 12, 20_000, 'Eighty kitchens around one pitch. Tastings are paid at the stands.'],
  ['Ballet for Small Feet', 'Family', 'opera', 31, 9, 11, 300, 'The Nutcracker in fifty minutes, sitting on cushions.'],
  ['Hamlet, in an Hour', 'Theatre', 'theatre', 13, 20, 19, 180, 'Everybody still dies.'],
  ['Northern Lights Film Week', 'Film', 'kulturhalle', 44, 18, 13, 800, 'Seven evenings of films from above the sixtieth parallel.'],
  ['Silent Film, Loud Piano', 'Film', 'club', 24, 19, 15, 120, 'Nosferatu with Ana Brandt at the grand, unrehearsed on purpose.'],
  ['Basketball Cup Final', 'Sport', 'arena', 51, 18, 40, 11_000, 'Two teams, one cup, no second leg.'],
  ['Requiem', 'Classical', 'hall', 58, 0, 48, 1_100, 'Verdi, with two hundred singers and four brass choirs in the balconies.'],
  ['New Year on the Water', 'Party', 'harbour', 39, 20, 95, 700, 'A ship, a band, and the fireworks from the right side.'],
  ['Poetry Slam Grand Final', 'Comedy', 'kulturhalle', 67, 18, 17, 1_200, 'Five minutes, no props, no mercy.'],
  ['Design Week Opening', 'Exhibition', 'hall', 76, 22, 25, 900, 'Chairs you may sit on, and some you may not.'],
  ['Festival of Small Gods', 'Festival', 'garden', 110, 12, 66, 6_000, 'Folk, doom and everything that has a drone in it. Camping included.'],
  ['Robots on Ice', 'Family', 'arena', 88, 13, 29, 5_500, 'Engineering students, ice hockey, and machines that fall over well.'],
] // prettier-ignore

const DAY_MS = 86_400_000

/** @param now When the shop opens; every date lies ahead of it. */
export function sampleEvents(now: Date): SampleEvent[] {
  return ROWS.map(([name, category, place, inDays, hour, price, capacity, description], n) => {
    const [venue, city, timezone, currency] = PLACES[place]
    const startsAt = new Date(now.getTime() + inDays * DAY_MS)
    startsAt.setUTCHours(hour, n % 3 === 2 ? 30 : 0, 0, 0)
    return {
      name,
      category,
      venue,
      city,
      timezone,
      currency,
      description,
      startsAt,
      // A few open later, so that a countdown can be seen.
      ...(n > 2 && n % 13 === 0 ? { onSaleAt: new Date(now.getTime() + 2 * DAY_MS) } : {}),
      ticketTypes: ticketTypes(price, capacity),
    }
  })
}

/** Large houses have tiers; the brief's two events have the one type of the brief. */
function ticketTypes(price: number, capacity: number): SampleEvent['ticketTypes'] {
  if (capacity < 800) return [{ name: 'General admission', price, capacity }]
  const front = Math.round(capacity * 0.15)
  const balcony = Math.round(capacity * 0.25)
  return [
    { name: 'Standing', price, capacity: capacity - front - balcony },
    { name: 'Balcony', price: price + 12, capacity: balcony },
    { name: 'Front circle', price: Math.round(price * 1.8), capacity: front },
  ]
}
