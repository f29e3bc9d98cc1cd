import type { VNode } from 'preact'
import { ERRORS } from '../../src/kernel/errors.ts'
import { Layout } from '../layout.tsx'
import type { Visitor } from '../visitor.ts'

/** Every code that the API answers with; problem documents link to the entries. */
export function ErrorCodesPage({ visitor }: { visitor: Visitor }): VNode {
  return (
    <Layout
      visitor={visitor}
      head={{
        title: 'Error codes',
        description: 'What the API answers when it refuses, and what each code means.',
        canonicalPath: '/docs/errors',
      }}
    >
      <div lang="en" class="wrap page reference">
        <h1>Error codes</h1>
        <p class="reference-intro">
          The API refuses with a problem document (RFC 9457). Its <code>code</code> is stable, so
          programs may rely on it; <code>title</code> and <code>detail</code> are for people.{' '}
          <a href="/docs">The API, call by call</a>
        </p>
        <dl class="codes">
          {Object.entries(ERRORS).map(([code, { status, message }]) => (
            <div class="code" id={code}>
              <dt>
                <a href={`#${code}`}>
                  <code>{code}</code>
                </a>
                <span class="code-status">{status}</span>
              </dt>
              <dd>{message}</dd>
            </div>
          ))}
        </dl>
      </div>
    </Layout>
  )
}
