// A file under a message: its name and size, its first lines if it is text, itself if it is an image, and the ways to all of it.

import type { FileInfo } from '../protocol.ts'
import { FileIcon } from './file-icon.tsx'
import { sizeInWords } from './message-list.ts'

export function FileCard({ file }: { file: FileInfo }) {
  const { name, size, href, text, image } = file
  return (
    <section class="file" data-testid="file" aria-label={`File ${name}`}>
      <div class="file-head">
        <FileIcon />
        <span class="file-words">
          <strong>{name}</strong>
          <span class="file-size">{sizeInWords(size)}</span>
        </span>
        {text !== null && (
          <a href={text.href} target="_blank" rel="noreferrer" aria-label={`Open ${name}`}>
            Open
          </a>
        )}
        {image !== null && (
          <a href={image.href} target="_blank" rel="noreferrer" aria-label={`Open ${name}`}>
            Open
          </a>
        )}
        <a href={href} download={name} aria-label={`Download ${name}`}>
          Download
        </a>
      </div>
      {image !== null && <img class="file-image" src={image.href} alt={image.alt} data-testid="file-image" />}
      {text !== null && text.lines.length > 0 && (
        <pre class="file-text" data-more={text.more}>
          {text.lines.join('\n')}
          {text.more && '\n…'}
        </pre>
      )}
    </section>
  )
}
