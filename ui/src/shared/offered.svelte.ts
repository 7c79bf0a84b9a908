class Offered {
  /** A contact's card that a link has brought, until somebody looks at it. */
  card = $state<string | null>(null);

  take(): string | null {
    const card = this.card;
    this.card = null;
    return card;
  }
}

/** What was brought from outside the page. */
export const offered = new Offered();
