/** Which routes a shop really has. */
import assert from 'node:assert/strict'
import type { TestApp } from './app.ts'

/**
 * Every route of an app, as `GET /api/v1/events/:id`: Fastify draws its router, and gives no other
 * complete list.
 */
export function routeTable(app: TestApp): string[] {
  const drawing = app.shop.http.printRoutes({ commonPrefix: false })
  const path: string[] = []
  const routes = drawing.split('\n').flatMap((line) => {
    const [, indent = '', text = ''] = /^([│ ]*)[├└]── (.*)$/.exec(line) ?? []
    if (text === '') return []
    const [, segment = '', methods = ''] = /^(\S+)(?: \((.*)\))?$/.exec(text) ?? []
    path.splice(indent.length / 4, path.length, segment)
    return methods
      .split(', ')
      .filter((method) => method !== '')
      .map((method) => `${method} ${path.join('')}`)
  })
  const drawn = [...drawing.matchAll(/\(([A-Z, ]+)\)$/gm)].flatMap(([, list = '']) =>
    list.split(', '),
  )
  assert.equal(routes.length, drawn.length, 'the whole drawing was read')
  assert.equal(new Set(routes).size, routes.length, 'each route was read once')
  return routes
}
