// What somebody is told, in English, who may not use Rewind.

export const strangers = {
  guest:
    'Guests of this workspace cannot use Rewind. Ask a colleague who is a full member to do this for you. Nothing was done.',
  stranger:
    'Only members of the workspace that Rewind is installed in can use it, and you belong to another one. Ask a colleague there. Nothing was done.',
  bot: 'Bots cannot use Rewind: somebody has to answer for every reset. Nothing was done.',
  deactivated: 'This account is deactivated, so it cannot use Rewind. Nothing was done.',
  notKnown:
    'Slack did not say who you are, so nothing was done. Try again in a moment. If it stays like this, tell whoever installed Rewind: it may lack the scope users:read.',
  close: 'Close',
  title: 'Not done',
}
