/** A reporter for node:test that counts, because the runner takes a file without tests for a pass. */

/** Yields one JSON document: how many tests ran, and the files in which there were none. */
export default async function* tally(events) {
  let tests = 0
  const filesWithoutTests = []
  for await (const { type, data } of events) {
    if (type !== 'test:pass' && type !== 'test:fail') continue
    if (data.details?.type === 'suite') continue
    // A file without tests is reported as one test that bears the file's name.
    if (data.nesting === 0 && data.name === data.file) {
      // One that crashed or hung has failed already.
      if (type === 'test:pass') filesWithoutTests.push(data.file)
    } else tests += 1
  }
  yield JSON.stringify({ tests, filesWithoutTests })
}
