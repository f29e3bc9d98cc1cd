import type { VNode } from 'preact'
import { Poster } from '../components/poster.tsx'
import { Layout } from '../layout.tsx'
import { errorTexts } from '../texts/errors.ts'
import type { Visitor } from '../visitor.ts'

export interface ErrorPageProps {
  visitor: Visitor
  status: number
  title: string
  text: string
  /** To tell support what happened; undefined when there is nothing to find in the logs. */
  requestId?: string
}

export function ErrorPage(props: ErrorPageProps): VNode {
  const texts = errorTexts[props.visitor.language]
  return (
    <Layout visitor={props.visitor} head={{ title: props.title }}>
      <div class="wrap page failure">
        <div class="failure-art" aria-hidden="true">
          <Poster subject={{ id: props.status, category: 'Theatre' }} shape="card" />
        </div>
        <div>
          <p class="failure-status">{props.status}</p>
          <h1>{props.title}</h1>
          <p>{props.text}</p>
          {props.requestId !== undefined && (
            <p class="failure-id">
              {texts.report} <code>{props.requestId}</code>
            </p>
          )}
          <a class="button" href="/">
            {texts.goOn}
          </a>
        </div>
      </div>
    </Layout>
  )
}
