/** The own account at a glance: each thing with the way to change it. */
import type { ComponentChildren, VNode } from 'preact'
import { ConnectedSignIns } from '../components/connected-sign-ins.tsx'
import { LANGUAGE_NAMES } from '../components/language-switch.tsx'
import { Notice } from '../components/notice.tsx'
import { Layout } from '../layout.tsx'
import type { Connections, OwnAccount } from '../needs.ts'
import { type AccountTexts, accountTexts } from '../texts/account.ts'
import type { Visitor } from '../visitor.ts'

/** What was just done, as the address of the page says it, and the words for it. */
const DONE = {
  name: 'nameChanged',
  email: 'emailAsked',
  link: 'linkSent',
  language: 'languageChanged',
  password: 'passwordChanged',
} as const satisfies Record<string, keyof AccountTexts>

export type Done = keyof typeof DONE

export const isDone = (text: string): text is Done => text in DONE

export function OwnAccountPage(props: {
  visitor: Visitor
  account: OwnAccount
  newEmail: string | undefined
  sessionCount: number
  connections: Connections
  done: Done | undefined
}): VNode {
  const { visitor, account, newEmail, done } = props
  const t = accountTexts[visitor.language]
  return (
    <OwnAccountLayout visitor={visitor} title={t.title}>
      {done !== undefined && <Notice tone="done" title={t[DONE[done]]} />}
      <Section title={t.about}>
        <Row label={t.name} note={t.nameNote} action={{ path: '/account/name', label: t.change }}>
          <span dir="auto">{account.name}</span>
        </Row>
        <Row label={t.email} action={{ path: '/account/email', label: t.change }}>
          <span class="own-account-email">{account.email}</span>{' '}
          <Confirmation account={account} t={t} />
          {newEmail !== undefined && <p class="own-account-note">{t.pending(newEmail)}</p>}
        </Row>
        <Row
          label={t.language}
          note={t.languageNote}
          action={{ path: '/account/language', label: t.change }}
        >
          <span lang={account.language}>{LANGUAGE_NAMES[account.language]}</span>
        </Row>
      </Section>
      <Section title={t.security}>
        <Row
          label={t.password}
          note={t.passwordNote}
          action={{ path: '/account/password', label: t.change }}
        />
        <Row label={t.sessions} action={{ path: '/account/sessions', label: t.manage }}>
          {t.sessionCount(props.sessionCount)}
        </Row>
      </Section>
      <ConnectedSignIns connections={props.connections} language={visitor.language} />
      <Section title={t.data}>
        <Row
          label={t.exportTitle}
          note={t.exportNote}
          action={{ path: '/account/export', label: t.download }}
        />
        <Row
          label={t.delete}
          note={t.deleteNote}
          action={{ path: '/account/delete', label: t.delete, isDangerous: true }}
        />
      </Section>
    </OwnAccountLayout>
  )
}

/** The frame of the pages of the own account. */
export function OwnAccountLayout(props: {
  visitor: Visitor
  title: string
  /** A page below the overview leads back to it. */
  isBelow?: boolean
  children: ComponentChildren
}): VNode {
  const t = accountTexts[props.visitor.language]
  return (
    <Layout visitor={props.visitor} head={{ title: props.title }}>
      <div class="wrap own-account">
        {props.isBelow === true && (
          <p>
            <a class="own-account-back" href="/account">
              {t.back}
            </a>
          </p>
        )}
        <h1>{props.title}</h1>
        {props.children}
      </div>
    </Layout>
  )
}

function Section(props: { title: string; children: ComponentChildren }): VNode {
  return (
    <section class="own-account-section">
      <h2>{props.title}</h2>
      <ul>{props.children}</ul>
    </section>
  )
}

/** One thing of the account. What the link does is told to who only hears it, too. */
function Row(props: {
  label: string
  note?: string
  action: { path: string; label: string; isDangerous?: boolean }
  children?: ComponentChildren
}): VNode {
  const { label, note, action } = props
  return (
    <li class="own-account-row">
      <div>
        <h3>{label}</h3>
        {props.children !== undefined && <div class="own-account-value">{props.children}</div>}
        {note !== undefined && <p class="own-account-note">{note}</p>}
      </div>
      <a
        class={`button button-quiet${action.isDangerous === true ? ' button-danger' : ''}`}
        href={action.path}
      >
        {action.label}
        {action.label !== label && <span class="visually-hidden"> {label}</span>}
      </a>
    </li>
  )
}

function Confirmation({ account, t }: { account: OwnAccount; t: AccountTexts }): VNode {
  if (account.emailVerifiedAt !== null) return <span class="tag">{t.isConfirmed}</span>
  return (
    <>
      <span class="tag tag-low">{t.notConfirmed}</span>
      <form method="post" action="/account/verification">
        <button class="link-button" type="submit">
          {t.sendAgain}
        </button>
      </form>
    </>
  )
}
