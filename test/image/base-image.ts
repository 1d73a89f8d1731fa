// What the Dockerfile builds on, where no registry of images can be reached: a minimal Debian with Node and npm, under the
// name of the official image. Its packages are Debian's; Node's binary and npm are npm's packages.
// It stands in for the official one in what the Dockerfile uses: Node and npm on the PATH, and a user called node.

import { readFileSync } from 'node:fs'
import { chmod, cp, mkdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { buildah, command, type Store } from './buildah.ts'

const dockerfile = readFileSync(resolve(import.meta.dirname, '../../Dockerfile'), 'utf8')
const [, name = '', major = ''] = /^FROM (node:(\d+)-slim) AS build$/m.exec(dockerfile) ?? []

/** E.g. `node:24-slim`. */
export const NAME = name

/**
 * What a build needs to reach npm's registry as this machine does, e.g. through a proxy with a certificate of its own:
 * `--volume` and its argument, once or more.
 */
export async function npmVolumes(folder: string): Promise<string[]> {
  const setting = (name: string) => command('npm', 'config', 'get', name)
  const certificates = await setting('cafile')
  const lines = [`registry=${await setting('registry')}`]
  const volumes = ['--volume', `${join(folder, 'npmrc')}:/root/.npmrc:ro`]
  if (certificates !== 'null') {
    lines.push('cafile=/root/certificates.crt')
    volumes.push('--volume', `${certificates}:/root/certificates.crt:ro`)
  }
  await writeFile(join(folder, 'npmrc'), `${lines.join('\n')}\n`)
  return volumes
}

/** Resolves once the store has it. */
export async function makeBaseImage(store: Store, folder: string): Promise<void> {
  const debian = join(folder, 'debian')
  const packages = join(folder, 'packages')
  await mkdir(packages)
  await Promise.all([
    command('debootstrap', '--variant=minbase', '--include=ca-certificates', await suite(), debian),
    command(
      'npm',
      'install',
      '--ignore-scripts',
      '--no-save',
      '--prefix',
      packages,
      `node-linux-${process.arch}@${major}`,
      'npm@11',
    ),
  ])
  const local = join(debian, 'usr/local')
  const modules = join(packages, 'node_modules')
  await cp(join(modules, `node-linux-${process.arch}`, 'bin/node'), join(local, 'bin/node'))
  await chmod(join(local, 'bin/node'), 0o755)
  await cp(join(modules, 'npm'), join(local, 'lib/node_modules/npm'), { recursive: true })
  await symlink('../lib/node_modules/npm/bin/npm-cli.js', join(local, 'bin/npm'))
  await command('chroot', debian, 'useradd', '--user-group', '--create-home', '--uid', '1000', 'node')

  const container = await buildah(store, 'from', 'scratch')
  await buildah(store, 'add', '--quiet', container, debian, '/')
  await buildah(
    store,
    'config',
    '--env',
    'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    container,
  )
  await buildah(store, 'commit', '--quiet', '--rm', container, `docker.io/library/${NAME}`)
}

/** The Debian of this machine, whose packages it can get. */
async function suite(): Promise<string> {
  const [, codename = 'stable'] =
    /^VERSION_CODENAME=(\w+)$/m.exec(await readFile('/etc/os-release', 'utf8')) ?? []
  return codename
}
