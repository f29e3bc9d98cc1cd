import type { InputHTMLAttributes, VNode } from 'preact'

/** A labelled input with its hint and its fault; `name` is its id, too, so that links find it. */
export function Field(props: {
  name: string
  label: string
  value?: string
  type?: 'text' | 'email' | 'password' | 'date'
  hint?: string
  fault?: string | undefined
  required?: boolean
  maxLength?: number
  autocomplete?: string
  inputMode?: 'decimal' | 'email'
}): VNode {
  const { name, label, hint, fault, type = 'text', ...attributes } = props
  const described = [hint && `${name}-hint`, fault && `${name}-fault`].filter(Boolean).join(' ')
  return (
    <div class="field">
      <label for={name}>{label}</label>
      {hint !== undefined && (
        <p class="field-hint" id={`${name}-hint`}>
          {hint}
        </p>
      )}
      {fault !== undefined && (
        <p class="field-fault" id={`${name}-fault`}>
          {fault}
        </p>
      )}
      <input
        {...({ ...attributes, type } as InputHTMLAttributes)}
        id={name}
        name={name}
        aria-invalid={fault === undefined ? undefined : true}
        aria-describedby={described === '' ? undefined : described}
      />
    </div>
  )
}

/** The fault of a field, when it has one. */
export const faultOf = (
  faults: readonly { field: string; message: string }[],
  field: string,
): string | undefined => faults.find((fault) => fault.field === field)?.message
