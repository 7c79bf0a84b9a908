/** Whether the peer waits for its owner's word after a restore: nothing is sent or received until then. */
export const waits = $state({ held: false });
