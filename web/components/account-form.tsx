/** What the forms about accounts have in common. */
import type { ComponentChildren, VNode } from 'preact'
import { Layout } from '../layout.tsx'
import type { Visitor } from '../visitor.ts'
import type { Language } from '../../src/kernel/language.ts'
import { signInTexts } from '../texts/sign-in.ts'
import { Field } from './field.tsx'
import { ErrorSummary, type Fault, Notice } from './notice.tsx'
import { Poster } from './poster.tsx'

/** Why a form comes again; without faults it is about none of its fields. */
export interface FormProblem {
  title: string
  faults: readonly Fault[]
}

/** @param props.autocomplete `username` where somebody signs in with it. */
export function EmailField(props: {
  language: Language
  value: string
  fault: string | undefined
  autocomplete?: 'email' | 'username'
  label?: string
}): VNode {
  return (
    <Field
      name="email"
      label={props.label ?? signInTexts[props.language].email}
      type="email"
      value={props.value}
      fault={props.fault}
      required
      maxLength={255}
      autocomplete={props.autocomplete ?? 'email'}
      inputMode="email"
    />
  )
}

export function Problem({ problem }: { problem: FormProblem | undefined }): VNode | null {
  if (problem === undefined) return null
  if (problem.faults.length === 0) return <Notice tone="problem" title={problem.title} />
  return <ErrorSummary {...problem} />
}

export function AccountLayout(props: {
  visitor: Visitor
  title: string
  posterId: number
  children: ComponentChildren
}): VNode {
  return (
    <Layout visitor={props.visitor} head={{ title: props.title }}>
      <div class="account">
        <div class="account-form">
          <h1>{props.title}</h1>
          {props.children}
        </div>
        <div class="account-art" aria-hidden="true">
          <Poster subject={{ id: props.posterId, category: 'Festival' }} shape="square" />
        </div>
      </div>
    </Layout>
  )
}
