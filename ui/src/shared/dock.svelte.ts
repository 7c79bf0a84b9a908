/** Whether a call stands beside what the page shows, and takes its part of the width. */
export const dock = $state({ on: false });
