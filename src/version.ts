// The version of Rewind, for every line of the log. It is that of package.json, which a build cannot find by where it stands;
// a test holds the two together.

export const VERSION = '0.2.0'
