/** What crosses the boundary about accounts and sessions. */
import { Type } from 'typebox'
import { LANGUAGES } from '../kernel/language.ts'
import { pageQuery } from './pages.ts'

/** Code may count on these; the rules for people are in the user service. */
const TEXT_MAX = 1_000
/** Text that PostgreSQL can hold. */
const WITHOUT_NUL = '^[^\\u0000]*$'

const UserType = Type.Enum(['guest', 'organizer', 'admin'])

const Id = Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER })
const Time = Type.String({ format: 'date-time' })

const NewPassword = Type.String({
  minLength: 8,
  maxLength: 256,
  description: '8 to 256 characters, any; the most common passwords are refused.',
})

export const RegisterBody = Type.Object(
  {
    name: Type.String({ maxLength: TEXT_MAX, description: '1 to 100 characters.' }),
    email: Type.String({ maxLength: TEXT_MAX, description: 'Unique, whatever its case.' }),
    password: NewPassword,
    user_type: Type.Optional(
      Type.Enum(['guest', 'organizer', 'admin'], {
        default: 'guest',
        description: 'A guest buys, an organizer sells. Admins are made by admins.',
      }),
    ),
  },
  { additionalProperties: false },
)

export const User = Type.Object({
  id: Type.Integer(),
  name: Type.String(),
  email: Type.String(),
  user_type: UserType,
  created_at: Time,
})

const MailLanguage = Type.Enum([...LANGUAGES], {
  description: 'The language that mails are written in; at first what the browser asked for.',
})

/** An account as its owner sees it. */
export const Me = Type.Object({
  ...User.properties,
  language: MailLanguage,
  email_verified: Type.Boolean({
    description: 'Whether its owner proved that the address is theirs.',
  }),
})

const RefreshIn = Type.Optional(
  Type.Literal('body', {
    description:
      'Where the refresh token goes: into the answer. Left out, it is an HttpOnly cookie.',
  }),
)

export const LoginBody = Type.Object(
  {
    email: Type.String({ maxLength: TEXT_MAX }),
    password: Type.String({ maxLength: TEXT_MAX }),
    refresh: RefreshIn,
  },
  { additionalProperties: false },
)

const TokenMembers = {
  token: Type.String({ description: 'The access token: send it as `Authorization: Bearer`.' }),
  expires_in: Type.Integer({ description: 'How many seconds the access token is good for.' }),
}

export const SignedIn = Type.Object({
  token: TokenMembers.token,
  user: Type.Object({ id: Type.Integer(), name: Type.String(), user_type: UserType }),
  expires_in: TokenMembers.expires_in,
  refresh_token: Type.Optional(Type.String()),
})

export const RefreshTokenBody = Type.Object(
  {
    refresh_token: Type.Optional(
      Type.String({ maxLength: TEXT_MAX, description: 'Left out, the cookie is used.' }),
    ),
  },
  { additionalProperties: false },
)

export const ChangeMeBody = Type.Object(
  {
    name: Type.Optional(Type.String({ maxLength: TEXT_MAX, description: '1 to 100 characters.' })),
    language: Type.Optional(MailLanguage),
    password: Type.Optional(NewPassword),
    current_password: Type.Optional(
      Type.String({ maxLength: TEXT_MAX, description: 'Needed for a new password.' }),
    ),
    refresh: RefreshIn,
  },
  { additionalProperties: false },
)

/** A new password ends every session, so that the answer begins a new one. */
export const ChangedMe = Type.Object({
  ...Me.properties,
  token: Type.Optional(TokenMembers.token),
  expires_in: Type.Optional(TokenMembers.expires_in),
  refresh_token: Type.Optional(Type.String()),
})

const CurrentPassword = Type.String({ maxLength: TEXT_MAX })

export const ChangeEmailBody = Type.Object(
  {
    email: Type.String({ maxLength: TEXT_MAX, description: 'The new one.' }),
    current_password: CurrentPassword,
  },
  { additionalProperties: false },
)

export const DeleteMeBody = Type.Object(
  {
    current_password: CurrentPassword,
    accepts_losing_sight: Type.Optional(
      Type.Boolean({
        description:
          'That tickets for events ahead stay good by their codes, but cannot be shown here any more.',
      }),
    ),
  },
  { additionalProperties: false },
)

export const Session = Type.Object({
  id: Type.String({ format: 'uuid' }),
  kind: Type.Enum(['api', 'pages']),
  device: Type.Optional(Type.String({ description: 'Such as `Firefox · Windows`.' })),
  signed_in_at: Time,
  last_seen_at: Type.String({ format: 'date-time', description: 'To the hour.' }),
  is_current: Type.Boolean({
    description: 'Whether the refresh token in the cookie belongs to it.',
  }),
})

export const SessionParams = Type.Object({ id: Type.String({ format: 'uuid' }) })

const Rows = Type.Array(Type.Unknown())

/** What the shop has about somebody; each service adds its part. */
export const PersonalExport = Type.Unsafe<Record<string, unknown>>(
  Type.Object({
    exported_at: Time,
    account: Type.Unknown(),
    sessions: Rows,
    mail_links: Rows,
    connected_sign_ins: Rows,
    events: Rows,
    orders: Rows,
    refunds: Rows,
    ledger: Rows,
    mails: Rows,
    audit_log: Rows,
  }),
)

const LinkToken = Type.String({
  maxLength: TEXT_MAX,
  description: 'What the link in the mail carries.',
})

export const AskPasswordResetBody = Type.Object(
  { email: Type.String({ maxLength: TEXT_MAX }) },
  { additionalProperties: false },
)

export const ResetPasswordBody = Type.Object(
  { token: LinkToken, password: NewPassword },
  { additionalProperties: false },
)

export const VerifyEmailBody = Type.Object({ token: LinkToken }, { additionalProperties: false })

export const Jwks = Type.Object({
  keys: Type.Array(
    Type.Object({
      kty: Type.String(),
      crv: Type.String(),
      x: Type.String(),
      kid: Type.String(),
      alg: Type.String(),
      use: Type.String(),
    }),
  ),
})

// What admins see and do -----------------------------------------------------------------------

export const ManagedUser = Type.Object({
  id: Type.Integer(),
  name: Type.String(),
  email: Type.String(),
  user_type: UserType,
  suspended_at: Type.Optional(Time),
  created_at: Time,
})

export const UsersQuery = Type.Object(
  {
    q: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 255,
        pattern: WITHOUT_NUL,
        description: 'Part of the name or of the e-mail address.',
      }),
    ),
    user_type: Type.Optional(UserType),
    suspended: Type.Optional(Type.Boolean()),
    ...pageQuery({ default: 50, max: 200 }),
  },
  { additionalProperties: false },
)

export const UserParams = Type.Object({ id: Id })

export const ChangeUserBody = Type.Object(
  { user_type: Type.Optional(UserType), suspended: Type.Optional(Type.Boolean()) },
  { additionalProperties: false, minProperties: 1 },
)

export const AuditQuery = Type.Object(
  {
    actor_id: Type.Optional(Id),
    subject_type: Type.Optional(
      Type.String({ minLength: 1, maxLength: 100, pattern: WITHOUT_NUL }),
    ),
    subject_id: Type.Optional(Id),
    ...pageQuery({ default: 50, max: 200 }),
  },
  { additionalProperties: false },
)

export const AuditEntry = Type.Object({
  id: Type.Integer(),
  at: Time,
  actor_id: Type.Union([Type.Integer(), Type.Null()], {
    description: 'Who did it; null for the command line.',
  }),
  action: Type.String(),
  subject_type: Type.String(),
  subject_id: Type.Union([Type.Integer(), Type.Null()]),
  before: Type.Unknown({ description: 'What was changed, as it was.' }),
  after: Type.Unknown({ description: 'What was changed, as it is now.' }),
  request_id: Type.Union([Type.String(), Type.Null()]),
})
