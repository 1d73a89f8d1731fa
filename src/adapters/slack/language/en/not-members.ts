// What somebody is told, in English, who may not use Rewind.

export const notMembers = {
  guest:
    'Guests of this workspace cannot use Rewind. Ask a colleague who is a full member to do this for you. Nothing was done.',
  stranger:
    'Only members of the workspace that Rewind is installed in can use it, and you belong to another one. Ask a colleague there. Nothing was done.',
  bot: 'Bots cannot use Rewind: somebody has to answer for every reset. Nothing was done.',
  deactivated: 'This account is deactivated, so it cannot use Rewind. Nothing was done.',
  notKnown:
    'A moment, please: Slack does not say yet who you are, so nothing was shown or done. Try again. If it stays like this, tell whoever installed Rewind: it may lack the scope users:read.',
  close: 'Close',
  title: 'Not done',
}
