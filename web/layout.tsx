/** What every page has around its content. */
import type { ComponentChildren, VNode } from 'preact'
import { useContext } from 'preact/hooks'
import type { Language } from '../src/kernel/language.ts'
import { type ScriptName, favicon, scripts, stylesheet } from './assets.ts'
import { HoldBar } from './components/hold-clock.tsx'
import { LanguageSwitch } from './components/language-switch.tsx'
import { Masthead } from './components/masthead.tsx'
import { Nonce } from './nonce.ts'
import { frameTexts } from './texts/frame.ts'
import type { Visitor } from './visitor.ts'

export interface PageHead {
  /** In front of the name of the shop. */
  title: string
  description?: string
  /** The path that search engines shall know the page by; without one they leave it out. */
  canonicalPath?: string
  /** What the page is about, as schema.org describes it. */
  jsonLd?: Record<string, unknown>
  /** Of 1200x630, for previews of links to it. */
  imageUrl?: string
  /** Besides `shop`, which every page has. */
  scripts?: readonly ScriptName[]
  /** After how long the page asks anew by itself, where there is no script to do it better. */
  refreshSeconds?: number
}

export function Layout(props: {
  visitor: Visitor
  head: PageHead
  /** Which entry of the navigation this is. */
  section?: 'events' | 'tickets'
  children: ComponentChildren
}): VNode {
  const { visitor } = props
  const texts = frameTexts[visitor.language]
  return (
    <html lang={visitor.language} dir="ltr">
      <Head head={props.head} origin={visitor.origin ?? ''} language={visitor.language} />
      <body>
        <a class="skip-link" href="#main">
          {texts.skip}
        </a>
        <Masthead visitor={visitor} section={props.section} />
        {visitor.openHold !== undefined && !visitor.path.startsWith('/checkout/') && (
          <HoldBar hold={visitor.openHold} language={visitor.language} />
        )}
        <main id="main" tabIndex={-1}>
          {props.children}
        </main>
        <Footer visitor={visitor} />
      </body>
    </html>
  )
}

const OPEN_GRAPH_LOCALES = { en: 'en_GB', de: 'de_DE' } as const satisfies Record<Language, string>

function Head(props: { head: PageHead; origin: string; language: Language }): VNode {
  const { head, origin, language } = props
  const { title, description, canonicalPath, jsonLd, imageUrl } = head
  const address = canonicalPath === undefined ? undefined : origin + canonicalPath
  const nonce = useContext(Nonce)
  return (
    <head>
      <meta charset="utf-8" />
      <title>{`${title} · Box Office`}</title>
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      <meta name="color-scheme" content="light dark" />
      <meta name="theme-color" content="#14120e" />
      <link rel="icon" href={favicon.path} type="image/svg+xml" />
      <link rel="stylesheet" href={stylesheet.path} />
      {(['shop', ...(head.scripts ?? [])] as const).map((name) => (
        <script type="module" src={scripts[name].path} nonce={nonce} />
      ))}
      {head.refreshSeconds !== undefined && (
        <noscript>
          <meta http-equiv="refresh" content={String(head.refreshSeconds)} />
        </noscript>
      )}
      {description !== undefined && <meta name="description" content={description} />}
      {address === undefined ? (
        <meta name="robots" content="noindex" />
      ) : (
        <>
          <link rel="canonical" href={address} />
          <meta property="og:site_name" content="Box Office" />
          <meta property="og:type" content="website" />
          <meta property="og:locale" content={OPEN_GRAPH_LOCALES[language]} />
          <meta property="og:title" content={title} />
          <meta property="og:url" content={address} />
          {description !== undefined && <meta property="og:description" content={description} />}
          {imageUrl !== undefined && (
            <>
              <meta property="og:image" content={imageUrl} />
              <meta property="og:image:width" content="1200" />
              <meta property="og:image:height" content="630" />
            </>
          )}
          <meta name="twitter:card" content={imageUrl ? 'summary_large_image' : 'summary'} />
        </>
      )}
      {jsonLd !== undefined && (
        <script
          type="application/ld+json"
          dangerouslySetInnerHTML={{ __html: jsonForScript(jsonLd) }}
        />
      )}
    </head>
  )
}

/** JSON that cannot end the script element it is in. */
const jsonForScript = (value: unknown): string =>
  JSON.stringify(value).replace(/</g, '\\u003c').replace(/>/g, '\\u003e')

function Footer({ visitor }: { visitor: Visitor }): VNode {
  const texts = frameTexts[visitor.language]
  return (
    <footer class="footer">
      <div class="wrap footer-row">
        <p>
          <strong>Box Office</strong>
          <br />
          {texts.promise}
        </p>
        <nav aria-label={texts.about}>
          <ul>
            {visitor.user !== undefined && (
              <li>
                <a href="/account">{texts.account}</a>
              </li>
            )}
            <li>
              <a href="/docs">{texts.api}</a>
            </li>
            <li>
              <a href="/docs/errors">{texts.errorCodes}</a>
            </li>
            {visitor.seesMailbox && (
              <li>
                <a href="/mailbox">{texts.mailbox}</a>
              </li>
            )}
          </ul>
        </nav>
        <LanguageSwitch visitor={visitor} />
      </div>
    </footer>
  )
}
