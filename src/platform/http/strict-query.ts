/** A query field that a route does not have is refused everywhere, also where there is none at all. */
import type { FastifyInstance } from 'fastify'

const NO_FIELDS = { type: 'object', properties: {}, additionalProperties: false }

/** Gives every route of the API document that takes no query one without fields. Register before the routes. */
export function refuseUnknownQueries(app: FastifyInstance): void {
  app.addHook('onRoute', (route) => {
    const { schema } = route
    if (schema === undefined || schema.hide === true || schema.querystring !== undefined) return
    route.schema = { ...schema, querystring: NO_FIELDS }
  })
}
