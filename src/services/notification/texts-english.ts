/** The mails in English; the other languages have the same texts. */
export const english = {
  hello: (name: string) => `Hello ${name},`,
  footer:
    'Box Office wrote to you because of an order or an account under this address. Answers to this mail are read by nobody.',
  order: 'Order',

  total: 'Total',
  free: 'Free',
  tickets: 'Tickets',
  showOrder: 'Show my order',

  confirmation: {
    subject: (event: string) => `Your tickets for ${event}`,
    preview: (count: number): string =>
      count === 1 ? 'Your ticket is in this mail.' : `Your ${count} tickets are in this mail.`,
    title: (event: string) => `You are going to ${event}`,
    intro: (count: number): string =>
      count === 1 ? 'thank you. Here is your ticket.' : 'thank you. Here are your tickets.',
    ticket: (number: number, count: number) => `Ticket ${number} of ${count}`,
    advice: 'Show a code at the door. Whoever has it can enter, so keep it to yourself.',
    pdf: 'Tickets to print (PDF)',
    calendar: 'Add to my calendar',
  },
  returned: {
    subject: (event: string) => `Your payment for ${event} goes back`,
    preview: 'No tickets were issued, and you keep your money.',
    title: 'Your money goes back',
    tooLate: (event: string) =>
      `your payment for ${event} reached us when the tickets were no longer held for you and no others were left. We did not issue tickets and send all of it back.`,
    eventCancelled: (event: string) =>
      `${event} was cancelled before your payment reached us. We did not issue tickets and send all of it back.`,
    amount: 'Goes back',
    when: 'It goes the way it came. Banks take a few days until you see it.',
  },
  changed: {
    subject: (event: string) => `Changed: ${event}`,
    preview: 'Your tickets stay valid.',
    title: (event: string) => `${event} has changed`,
    intro: 'the organizer has changed an event that you have tickets for.',
    name: 'Name',
    date: 'Date',
    venue: 'Place',
    valid: 'Your tickets stay valid as they are.',
  },
  postponed: {
    subject: (event: string) => `New date for ${event}`,
    preview: (date: string) => `It now takes place on ${date}.`,
    title: (event: string) => `${event} has a new date`,
    intro: 'the event was postponed. Your tickets are valid on the new date; you need do nothing.',
    date: 'Date',
    refund: (until: string) =>
      `Cannot make it? Until ${until} you can give your tickets back on the page of your order, and the whole price goes back to you.`,
    showOrders: 'Show my tickets',
  },
  cancelled: {
    subject: (event: string) => `Cancelled: ${event}`,
    preview: 'What you paid comes back by itself.',
    title: (event: string) => `${event} is cancelled`,
    intro:
      'we are sorry: this event will not take place. What you paid comes back by itself, the way it came; you need do nothing. We write to you when it is on its way.',
    invalid: 'Your tickets for it are no longer valid.',
  },
  refund: {
    subject: (event: string) => `Refund for ${event}`,
    preview: (amount: string) => `${amount} is on its way to you.`,
    title: (amount: string) => `${amount} is on its way to you`,
    intro: 'we have sent your money back the way you paid. Banks take a few days until you see it.',
    invalid: (count: number): string =>
      count === 1 ? 'This ticket is no longer valid:' : 'These tickets are no longer valid:',
    amount: 'Amount',
  },
  passwordReset: {
    subject: 'Choose a new password',
    preview: 'The link is good for one hour.',
    title: 'Choose a new password',
    intro: 'Somebody, we hope you, asked for a new password for the account under this address.',
    button: 'Choose a new password',
    advice:
      'The link is good for one hour and for one use. If it was not you, do nothing: your password stays as it is.',
  },
  verification: {
    subject: 'Confirm your e-mail address',
    preview: 'One press, and we know that this address is yours.',
    title: 'Is this your address?',
    intro: 'An account at Box Office was opened under this address.',
    button: 'Confirm this address',
    advice:
      'The link is good for one day. If you have opened no account, do nothing: we write no more than this.',
  },
  newAddress: {
    subject: 'Confirm your new e-mail address',
    preview: 'With it, your account changes to this address.',
    title: 'Is this your address?',
    intro: 'Somebody, we hope you, wants their account at Box Office to have this address.',
    button: 'Use this address',
    advice:
      'The link is good for one day; until it is used, nothing changes. If it was not you, do nothing.',
  },
  addressChange: {
    button: 'Change my password',
    asked: {
      subject: 'Your e-mail address is about to change',
      preview: 'If it was not you, change your password now.',
      title: 'A new address for your account',
      intro: (address: string) =>
        `Somebody who knows your password asked for your account to have the address ${address}. It takes effect when the link that we sent there is used.`,
      advice:
        'If it was you, there is nothing to do here. If it was not, change your password now: the link then does nothing.',
    },
    done: {
      subject: 'Your e-mail address was changed',
      preview: 'This address no longer opens your account.',
      title: 'Your account has a new address',
      intro: (address: string) =>
        `Your account now has the address ${address}. We write there now, and you sign in with it.`,
      advice: 'If it was not you, write to whoever runs this shop at once.',
    },
  },
  farewell: {
    subject: 'Your account is deleted',
    preview: 'We have forgotten you, as you asked.',
    title: 'Goodbye',
    intro:
      'Your account at Box Office is deleted. Your name, your address and our mails to you are gone; what was bought stays in our books, as that of nobody in particular. Tickets that you have stay good by their codes.',
    advice: 'This is our last mail. You are welcome to open a new account at any time.',
  },
  accountDeletion: {
    subject: 'Delete your account?',
    preview: 'The link is good for one hour.',
    title: 'Do you want to delete your account?',
    intro:
      'Somebody who is signed in to your account at Box Office, we hope you, wants to delete it. Open the link where you are signed in; you are asked there once more.',
    button: 'Go on to delete my account',
    advice:
      'The link is good for one hour and for one use. If it was not you, do not open it, and sign out all devices in your account.',
  },
  identityConnected: {
    subject: 'There is a new way into your account',
    preview: 'If it was not you, disconnect it now.',
    title: 'A new way into your account',
    intro: (provider: string) =>
      `Your account at Box Office can now be opened by signing in with ${provider}, too.`,
    button: 'Look at my account',
    advice:
      'If it was you, there is nothing to do here. If it was not, disconnect it in your account and choose a new password.',
  },
}
