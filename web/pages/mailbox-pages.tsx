/** The mailbox: what would have been sent, where no mail leaves the shop. */
import type { VNode } from 'preact'
import { moment } from '../format.ts'
import { Layout } from '../layout.tsx'
import type { StoredMail } from '../needs.ts'
import { mailboxTexts } from '../texts/mailbox.ts'
import type { Visitor } from '../visitor.ts'

export function MailboxPage(props: { visitor: Visitor; mails: readonly StoredMail[] }): VNode {
  const { visitor, mails } = props
  const t = mailboxTexts[visitor.language]
  return (
    <Layout visitor={visitor} head={{ title: t.title }}>
      <div class="wrap page">
        <h1>{t.title}</h1>
        <p>{t.why}</p>
        {mails.length === 0 ? (
          <p class="mailbox-empty">{t.none}</p>
        ) : (
          <ul class="mails">
            {mails.map((mail) => (
              <li class="mail">
                <p class="mail-to">{mail.to}</p>
                <p class="mail-subject">
                  <a href={`/mailbox/${mail.id}`}>{mail.subject}</a>
                </p>
                <p class="mail-when">
                  <time dateTime={mail.createdAt.toISOString()}>
                    {moment(mail.createdAt, 'UTC', visitor.language)}
                  </time>
                </p>
              </li>
            ))}
          </ul>
        )}
      </div>
    </Layout>
  )
}

export function MailPage({ visitor, mail }: { visitor: Visitor; mail: StoredMail }): VNode {
  const t = mailboxTexts[visitor.language]
  return (
    <Layout visitor={visitor} head={{ title: mail.subject }}>
      <div class="wrap page">
        <p class="page-links">
          <a href="/mailbox">{t.all}</a>
        </p>
        <h1 class="mail-title">{mail.subject}</h1>
        <dl class="mail-facts">
          <div>
            <dt>{t.to}</dt>
            <dd>{mail.to}</dd>
          </div>
          <div>
            <dt>{t.made}</dt>
            <dd>
              <time dateTime={mail.createdAt.toISOString()}>
                {moment(mail.createdAt, 'UTC', visitor.language)}
              </time>
            </dd>
          </div>
        </dl>
        <iframe class="mail-body" title={t.frame} sandbox="" src={`/mailbox/${mail.id}/body`} />
        <details class="mail-text">
          <summary>{t.asText}</summary>
          <pre>{mail.text}</pre>
        </details>
      </div>
    </Layout>
  )
}
