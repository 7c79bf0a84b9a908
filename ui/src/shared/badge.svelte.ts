/** What waits for the person, for the title of the page. */
export const badge = $state({ waiting: 0 });
