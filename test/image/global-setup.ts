// Builds the image from the Dockerfile for the whole run, or says in one sentence why it cannot be built here.

import { mkdtemp, statfs } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { TestProject } from 'vitest/node'
import { makeBaseImage, NAME, npmVolumes } from './base-image.ts'
import { buildah, command } from './buildah.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** Where the image is; null where none can be built. */
    imageStore: string | null
  }
}

export const IMAGE = 'rewind:built'
/** The store keeps a whole copy of each layer, and of each container. */
const ROOM_BYTES = 4 * 1024 ** 3

export async function setup(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  const missing = await whatIsMissing()
  if (missing !== undefined) {
    console.log(`The image is not built here: ${missing}.`)
    project.provide('imageStore', null)
    return
  }
  const root = await mkdtemp(join(tmpdir(), 'rewind-image-'))
  const store = { root }
  const end = async () => {
    await buildah(store, 'rm', '--all')
    // Never into what is mounted: a container that has not ended has files of this machine in it.
    await command('rm', '-rf', '--one-file-system', root)
  }
  try {
    const fromMs = Date.now()
    const volumes = await npmVolumes(root)
    const trouble = await makeBaseImage(store, root)
      .then(() => tryContainer(root, volumes))
      .catch((error: Error) => error)
    if (trouble !== undefined) {
      console.log(`The image is not built here: ${firstLine(trouble)}`)
      project.provide('imageStore', null)
      await end()
      return
    }
    const top = resolve(import.meta.dirname, '../..')
    // The format of Docker, which alone keeps the health check.
    const how = ['--pull-never', '--format', 'docker', '--layers=false', ...volumes]
    await buildah(store, 'bud', ...how, '--tag', IMAGE, top)
    console.log(`The image was built after ${Date.now() - fromMs} ms.`)
    project.provide('imageStore', root)
    return end
  } catch (error) {
    await end()
    throw error
  }
}

async function whatIsMissing(): Promise<string | undefined> {
  if (process.getuid?.() !== 0) return 'that needs root'
  for (const tool of ['buildah', 'debootstrap']) {
    const isThere = await command(tool, '--version').then(
      () => true,
      () => false,
    )
    if (!isThere) return `there is no ${tool}, which is a package of Debian’s`
  }
  const { bavail, bsize } = await statfs(tmpdir())
  if (bavail * bsize < ROOM_BYTES) return 'that takes 4 GB in the folder for temporary files'
  return undefined
}

/** Throws where no container runs here, or none that reaches npm's registry. */
async function tryContainer(root: string, volumes: string[]): Promise<undefined> {
  const store = { root }
  const container = await buildah(store, 'from', '--pull-never', NAME)
  await buildah(store, 'run', ...volumes, container, '--', 'npm', 'view', 'zod', 'version')
  await buildah(store, 'rm', container)
}

const firstLine = ({ message }: Error) => message.split('\n').slice(0, 2).join(' ')
