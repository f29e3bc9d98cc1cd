/** Refusals of the API as pages say them, by code. */
import { ERRORS, type ErrorCode } from '../../src/kernel/errors.ts'
import type { Texts } from './texts.ts'

const en = Object.fromEntries(
  Object.entries(ERRORS).map(([code, { message }]) => [code, message]),
) as Record<ErrorCode, string>

export const refusalTexts: Texts<Record<ErrorCode, string>> = {
  en,
  de: {
    invalid_request: 'Die Anfrage passt nicht zu dem, was diese Adresse annimmt.',
    unauthenticated: 'Melden Sie sich zuerst an.',
    invalid_credentials: 'E-Mail-Adresse oder Passwort stimmt nicht.',
    payment_declined: 'Die Zahlung wurde abgelehnt.',
    forbidden: 'Ihr Konto darf das nicht.',
    account_suspended: 'Dieses Konto ist gesperrt.',
    not_found: 'Unter dieser Adresse gibt es nichts.',
    method_not_allowed: 'Diese Adresse nimmt das nicht an.',
    request_timeout: 'Die Anfrage brauchte zu lange.',
    sold_out: 'So viele Tickets sind nicht mehr da.',
    limit_exceeded: 'Das ist mehr, als eine Person haben darf.',
    sales_not_started: 'Der Verkauf hat noch nicht begonnen.',
    sales_paused: 'Der Veranstalter hat den Verkauf angehalten.',
    sales_closed: 'Der Verkauf ist vorbei.',
    event_cancelled: 'Die Veranstaltung ist abgesagt.',
    hold_expired: 'Die Zeit, diese Tickets zu bezahlen, ist vorbei.',
    order_not_pending: 'Diese Bestellung kann nicht mehr bezahlt oder zurückgegeben werden.',
    payment_in_progress: 'Eine Zahlung für diese Bestellung läuft gerade.',
    nothing_to_refund: 'Diese Tickets wurden schon zurückgenommen.',
    sales_started: 'Der Verkauf hat begonnen; das lässt sich nicht mehr ändern.',
    email_taken: 'Mit dieser E-Mail-Adresse gibt es schon ein Konto.',
    account_in_use: 'Das Konto kann noch nicht gelöscht werden.',
    confirmation_needed:
      'Sie haben Tickets für etwas, das noch stattfindet: Bestätigen Sie, dass Sie sie hier nicht mehr sehen.',
    request_in_progress: 'Die erste Anfrage läuft noch.',
    precondition_failed: 'Jemand anderes hat es inzwischen geändert.',
    payload_too_large: 'Das ist zu groß.',
    unsupported_media_type: 'Diese Art von Inhalt wird nicht angenommen.',
    idempotency_key_reused: 'Das Formular wurde schon für etwas anderes verwendet.',
    invalid_value: 'Eine Angabe kann nicht angenommen werden.',
    rate_limited: 'Zu viele Anfragen. Warten Sie ein wenig und versuchen Sie es dann noch einmal.',
    headers_too_large: 'Die Kopfzeilen der Anfrage sind zu groß.',
    internal_error: 'Bei uns ist etwas schiefgegangen.',
    unavailable: 'Wir können gerade nicht antworten. Versuchen Sie es gleich noch einmal.',
  },
}
