/** Shows a password while somebody wants to see it, and says how good a new one is. */
import { gradeOf } from '../password-grade.ts'

/** `<div data-island="password" data-show data-hide data-short data-fair data-good>` */
export function password(element: HTMLElement): void {
  const input = element.querySelector('input')
  const button = element.querySelector('button')
  if (input === null || button === null) return

  const [word] = button.childNodes
  const show = (isShown: boolean) => {
    input.type = isShown ? 'text' : 'password'
    button.setAttribute('aria-pressed', String(isShown))
    if (word !== undefined) word.textContent = element.dataset[isShown ? 'hide' : 'show'] ?? ''
  }
  button.hidden = false
  button.addEventListener('click', () => {
    show(input.type === 'password')
    input.focus()
  })
  // What is sent is a password again, so that browsers offer to keep it and nobody reads along.
  input.form?.addEventListener('submit', () => {
    show(false)
  })

  const strength = element.querySelector<HTMLElement>('.password-strength')
  if (strength === null) return
  input.addEventListener('input', () => {
    const grade = gradeOf(input.value)
    strength.dataset['grade'] = grade
    strength.textContent = element.dataset[grade] ?? ''
  })
}
