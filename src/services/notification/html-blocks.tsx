/** The pieces of a mail's HTML. */
import type { ComponentChildren, VNode } from 'preact'
import { longDay, shortDay, time } from './dates.ts'
import type { Block, Letter } from './letter.ts'

export const TEXT = `-apple-system,BlinkMacSystemFont,'Segoe UI',Roboto,'Helvetica Neue',Arial,sans-serif`
export const DISPLAY = `'Avenir Next Condensed','Roboto Condensed','Arial Narrow','Helvetica Neue',Arial,sans-serif`
const MONO = `ui-monospace,'SF Mono',Menlo,Consolas,'Liberation Mono',monospace`

/** The colours of the pages, `web/styles/tokens.css`. */
export const [INK, MUTED, PAPER, CARD, LINE] = [
  '#16140f',
  '#5c574c',
  '#ffffff',
  '#f4f1ea',
  '#dcd7cb',
]
export const [STAGE, MARQUEE] = ['#14120e', '#ffd23a']

export function EventCard(
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

/**
 * The picture, which has its own quiet zone, on white whatever the client makes of the rest: a scanner
 * needs the contrast. The code fits on one line of most phones.
 */
export function Ticket({ label, code, picture }: Extract<Block, { kind: 'ticket' }>): VNode {
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
            width="240"
            height="240"
            style="display:block;width:240px;height:240px;margin:0 auto 14px;background:#ffffff;border:0;border-radius:8px"
          />
        )}
        <p
          class="ink"
          style={`margin:0;font:700 12px/1.5 ${MONO};color:${INK};word-break:break-all`}
        >
          {code}
        </p>
      </td>
    </Table>
  )
}

/** The address below it is for who cannot, or rather would not, press a button in a mail. */
export function Button({ label, url }: Extract<Block, { kind: 'button' }>): VNode {
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

export function Rows({ children }: { children: ComponentChildren }): VNode {
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

export function Row({ label, children }: { label: string; children: ComponentChildren }): VNode {
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
export function Table(props: {
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
