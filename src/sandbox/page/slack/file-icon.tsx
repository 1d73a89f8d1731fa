// The sheet of paper beside the name of a file.

export function FileIcon() {
  return (
    <svg class="file-icon" viewBox="0 0 24 24" width="28" height="28" aria-hidden="true">
      <path d="M6 2h8l5 5v15H6z" fill="currentColor" opacity="0.18" />
      <path d="M6 2h8l5 5v15H6zM14 2v5h5M9 12h7M9 15h7M9 18h5" fill="none" stroke="currentColor" />
    </svg>
  )
}
