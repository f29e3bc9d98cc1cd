/**
 * The HTML of a letter, for mail clients: tables, styles in the elements, and one style sheet for
 * what only some clients can do, which is dark mode and narrow screens.
 */
import type { VNode } from 'preact'
import { renderToString } from 'preact-render-to-string'
import {
  Button,
  CARD,
  DISPLAY,
  EventCard,
  INK,
  LINE,
  MARQUEE,
  MUTED,
  PAPER,
  Row,
  Rows,
  STAGE,
  TEXT,
  Table,
  Ticket,
} from './html-blocks.tsx'
import type { Block, Letter } from './letter.ts'
import { textsOf } from './texts.ts'

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
