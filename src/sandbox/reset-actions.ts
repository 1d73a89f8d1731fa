// The API calls that move offsets: one in API 2.0, two in 3.0. Every other call only looks.

export const RESET_ACTIONS: readonly string[] = [
  'SetGroupOffsets',
  'ModifyGroupOffsets',
  'BatchModifyGroupOffsets',
]
