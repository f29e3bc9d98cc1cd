/** The mailbox: what would have been sent, where no mail leaves the shop. */
import type { VNode } from 'preact'
import { moment } from '../format.ts'
import { Layout } from '../layout.tsx'
import type { StoredMail } from '../needs.ts'
import type { Visitor } from '../visitor.ts'

export function MailboxPage(props: { visitor: Visitor; mails: readonly StoredMail[] }): VNode {
  const { visitor, mails } = props
  return (
    <Layout visitor={visitor} head={{ title: 'Mailbox' }}>
      <div class="wrap page">
        <h1>Mailbox</h1>
        <p>No mail leaves this shop: what would have been sent is kept here, the newest first.</p>
        {mails.length === 0 ? (
          <p class="mailbox-empty">Nothing has been sent yet. Buy a ticket, and it is here.</p>
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
                    {moment(mail.createdAt, 'UTC')}
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
  return (
    <Layout visitor={visitor} head={{ title: mail.subject }}>
      <div class="wrap page">
        <p class="page-links">
          <a href="/mailbox">All mails</a>
        </p>
        <h1 class="mail-title">{mail.subject}</h1>
        <dl class="mail-facts">
          <div>
            <dt>To</dt>
            <dd>{mail.to}</dd>
          </div>
          <div>
            <dt>Made</dt>
            <dd>
              <time dateTime={mail.createdAt.toISOString()}>{moment(mail.createdAt, 'UTC')}</time>
            </dd>
          </div>
        </dl>
        <iframe
          class="mail-body"
          title="The mail as it would look"
          sandbox=""
          src={`/mailbox/${mail.id}/body`}
        />
        <details class="mail-text">
          <summary>As plain text</summary>
          <pre>{mail.text}</pre>
        </details>
      </div>
    </Layout>
  )
}
