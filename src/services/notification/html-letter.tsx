/**
 * The HTML of a letter, for mail clients: tables, styles in the elements, and one style sheet for
 * what only some clients can do, which is dark mode and narrow screens.
 */
import type { ComponentChildren, VNode } from 'preact'
import { renderToString } from 'preact-render-to-string'
import { longDay, shortDay, time } from './dates.ts'
import type { Block, Letter } from './letter.ts'
import { textsOf } from './texts.ts'

const TEXT = `-apple-system,BlinkMacSystemFont,'Segoe UI',Roboto,'Helvetica Neue',Arial,sans-serif`
const DISPLAY = `'Avenir Next Condensed','Roboto Condensed','Arial Narrow','Helvetica Neue',Arial,sans-serif`
const MONO = `ui-monospace,'SF Mono',Menlo,Consolas,'Liberation Mono',monospace`

/** The colours of the pages, `web/styles/tokens.css`. */
const [INK, MUTED, PAPER, CARD, LINE] = ['#16140f', '#5c574c', '#ffffff', '#f4f1ea', '#dcd7cb']
const [STAGE, MARQUEE] = ['#14120e', '#ffd23a']

/** Constant: nothing that anybody typed gets in here. */
const SHEET = `
:root{color-scheme:light dark;supported-color-schemes:light dark}
a{color:inherit}
@media (max-width:480px){.inner{padding-left:20px!important;padding-right:20px!important}.title{font-size:28px!important}}
@media (prefers-color-scheme:dark){
.desk{background:#0a0907!important}.sheet{background:#1e1c18!important}
.ink{color:#f6f2e9!important}.muted{color:#b3ad9f!important}
.card{background:#27241e!important;border-color:#3a372f!important}.rule{border-color:#3a372f!important}
.link{color:#ffd23a!important}}
`
/** Keeps the text of the mail from running on behind the preview. */
const FILLER = '\u200c\u00a0'.repeat(60)

export function htmlOf(letter: Letter): string {
  return `<!doctype html>${renderToString(<Document letter={letter} />)}`
}

function Document({ letter }: { letter: Letter }): VNode {
  return (
    <html lang={letter.language}>
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="supported-color-schemes" content="light dark" />
        <meta name="format-detection" content="telephone=no, date=no, address=no" />
        <title>{letter.subject}</title>
        <style dangerouslySetInnerHTML={{ __html: SHEET }} />
      </head>
      <body class="desk" style={`margin:0;padding:0;background:${CARD}`}>
        <div style="display:none;max-height:0;overflow:hidden;mso-hide:all">
          {letter.preview}
          {FILLER}
        </div>
        <Table class="desk" background={CARD}>
          <td align="center" style="padding:24px 8px">
            <Sheet letter={letter} />
          </td>
        </Table>
      </body>
    </html>
  )
}

function Sheet({ letter }: { letter: Letter }): VNode {
  return (
    <table
      role="presentation"
      {...{ cellpadding: '0', cellspacing: '0', border: '0', width: 600, bgcolor: PAPER }}
      class="sheet"
      style={`width:100%;max-width:600px;background:${PAPER};border-radius:14px;overflow:hidden`}
    >
      <tr>
        <td
          class="inner"
          {...{ bgcolor: STAGE }}
          style={`padding:18px 36px;background:${STAGE};font:700 20px/1.2 ${DISPLAY};letter-spacing:.02em;color:#faf7ef`}
        >
          <span style={`color:${MARQUEE}`}>{'●\u00a0'}</span>
          Box Office
        </td>
      </tr>
      <tr>
        <td class="inner" style="padding:36px 36px 12px">
          <h1
            class="ink title"
            style={`margin:0 0 20px;font:700 34px/1.12 ${DISPLAY};color:${INK};overflow-wrap:anywhere`}
          >
            {letter.title}
          </h1>
          {letter.blocks.map((block) => (
            <BlockView block={block} letter={letter} />
          ))}
        </td>
      </tr>
      <tr>
        <td class="inner" style="padding:12px 36px 32px">
          <p
            class="muted rule"
            style={`margin:0;padding-top:16px;border-top:1px solid ${LINE};font:13px/1.5 ${TEXT};color:${MUTED}`}
          >
            {textsOf(letter.language).footer}
          </p>
        </td>
      </tr>
    </table>
  )
}

function BlockView({ block, letter }: { block: Block; letter: Letter }): VNode {
  switch (block.kind) {
    case 'paragraph':
      return (
        <p class="ink" style={`margin:0 0 20px;font:17px/1.55 ${TEXT};color:${INK}`}>
          {block.text}
        </p>
      )
    case 'note':
      return (
        <p class="muted" style={`margin:0 0 20px;font:14px/1.5 ${TEXT};color:${MUTED}`}>
          {block.text}
        </p>
      )
    case 'event':
      return <EventCard {...block} language={letter.language} />
    case 'facts':
      return (
        <Rows>
          {block.rows.map(({ label, value }) => (
            <Row label={label}>{value}</Row>
          ))}
        </Rows>
      )
    case 'changes':
      return (
        <Rows>
          {block.rows.map(({ label, before, after }) => (
            <Row label={label}>
              <s class="muted" style={`color:${MUTED};font-weight:400`}>
                {before}
              </s>
              <br />
              {after}
            </Row>
          ))}
        </Rows>
      )
    case 'ticket':
      return <Ticket {...block} />
    case 'button':
      return <Button {...block} />
  }
}

function EventCard(
  props: Extract<Block, { kind: 'event' }> & { language: Letter['language'] },
): VNode {
  const { name, startsAt, timezone, place, language } = props
  const { day, month } = shortDay(startsAt, timezone, language)
  return (
    <Table class="card" background={CARD} style="margin:0 0 24px;border-radius:12px">
      <td
        width="84"
        align="center"
        {...{ bgcolor: MARQUEE }}
        style={`width:84px;padding:18px 0;background:${MARQUEE};border-radius:12px 0 0 12px;color:${INK}`}
      >
        <span style={`font:700 34px/1 ${DISPLAY}`}>{day}</span>
        <br />
        <span style={`font:700 14px/1.4 ${TEXT};text-transform:uppercase;letter-spacing:.06em`}>
          {month}
        </span>
      </td>
      <td style="padding:16px 20px">
        <p
          class="ink"
          style={`margin:0 0 4px;font:700 18px/1.3 ${TEXT};color:${INK};overflow-wrap:anywhere`}
        >
          {name}
        </p>
        <p
          class="muted"
          style={`margin:0;font:15px/1.5 ${TEXT};color:${MUTED};overflow-wrap:anywhere`}
        >
          {longDay(startsAt, timezone, language)}
          <br />
          {time(startsAt, timezone, language)}
          <br />
          {place}
        </p>
      </td>
    </Table>
  )
}

/** The picture on white whatever the client makes of the rest: a scanner needs the contrast. */
function Ticket({ label, code, picture }: Extract<Block, { kind: 'ticket' }>): VNode {
  return (
    <Table
      class="rule"
      style={`margin:0 0 16px;border:2px dashed ${LINE};border-radius:12px;border-collapse:separate`}
    >
      <td align="center" style="padding:20px 8px">
        <p
          class="muted"
          style={`margin:0 0 ${picture === undefined ? 6 : 14}px;font:14px/1.4 ${TEXT};color:${MUTED}`}
        >
          {label}
        </p>
        {picture !== undefined && (
          <img
            src={`cid:${picture.cid}`}
            alt={code}
            width="200"
            height="200"
            style="display:block;width:200px;height:200px;margin:0 auto 14px;padding:12px;background:#ffffff;border:0;border-radius:8px"
          />
        )}
        <p
          class="ink"
          style={`margin:0;font:700 14px/1.5 ${MONO};color:${INK};word-break:break-all`}
        >
          {code}
        </p>
      </td>
    </Table>
  )
}

/** The address below it is for who cannot, or rather would not, press a button in a mail. */
function Button({ label, url }: Extract<Block, { kind: 'button' }>): VNode {
  return (
    <>
      <table
        role="presentation"
        {...{ cellpadding: '0', cellspacing: '0', border: '0' }}
        style="margin:0 0 10px"
      >
        <tr>
          <td {...{ bgcolor: MARQUEE }} style={`background:${MARQUEE};border-radius:8px`}>
            <a
              href={url}
              style={`display:inline-block;padding:14px 26px;font:700 17px/1.2 ${TEXT};color:${INK};text-decoration:none`}
            >
              {label}
            </a>
          </td>
        </tr>
      </table>
      <p
        class="muted"
        style={`margin:0 0 24px;font:13px/1.5 ${TEXT};color:${MUTED};word-break:break-all`}
      >
        <a href={url} style="color:inherit">
          {url}
        </a>
      </p>
    </>
  )
}

function Rows({ children }: { children: ComponentChildren }): VNode {
  return (
    <table
      role="presentation"
      {...{ cellpadding: '0', cellspacing: '0', border: '0', width: '100%' }}
      style="width:100%;margin:0 0 24px"
    >
      {children}
    </table>
  )
}

function Row({ label, children }: { label: string; children: ComponentChildren }): VNode {
  const border = `border-bottom:1px solid ${LINE}`
  return (
    <tr>
      <td
        class="muted rule"
        valign="top"
        style={`padding:10px 16px 10px 0;${border};font:15px/1.5 ${TEXT};color:${MUTED};white-space:nowrap`}
      >
        {label}
      </td>
      <td
        class="ink rule"
        width="100%"
        valign="top"
        style={`padding:10px 0;${border};font:700 15px/1.5 ${TEXT};color:${INK};overflow-wrap:anywhere`}
      >
        {children}
      </td>
    </tr>
  )
}

/** A table of one row, which is how mail clients know a box. */
function Table(props: {
  class?: string
  background?: string
  style?: string
  children: ComponentChildren
}): VNode {
  const { background, children, style = '' } = props
  const colour = background === undefined ? '' : `background:${background};`
  return (
    <table
      role="presentation"
      {...{ cellpadding: '0', cellspacing: '0', border: '0', width: '100%' }}
      {...(background === undefined ? {} : { bgcolor: background })}
      class={props.class}
      style={`width:100%;${colour}${style}`}
    >
      <tr>{children}</tr>
    </table>
  )
}
