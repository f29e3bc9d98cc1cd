/** What the admin service needs of accounts; the user service has it, `compose.ts` hands it in. */
import type { UserType } from '../../platform/http/access.ts'

export interface ManagedUser {
  id: number
  name: string
  email: string
  userType: UserType
  suspendedAt: Date | null
  createdAt: Date
}

export interface UserDirectory {
  /** Users by id, from after `page.after`. */
  listUsers: (
    filter: {
      text?: string | undefined
      userType?: UserType | undefined
      suspended?: boolean | undefined
    },
    page: { limit: number; after: number | undefined },
  ) => Promise<ManagedUser[]>
  /** @throws AppError `not_found`, `forbidden`, `invalid_value` */
  changeUser: (command: {
    actorId: number
    userId: number
    userType?: UserType | undefined
    suspended?: boolean | undefined
    requestId?: string | undefined
  }) => Promise<ManagedUser>
}
