package io.cachee.l2;

/** Counts of one link since it was opened. */
final class LinkCounters {
    final LinkCounter connections = new LinkCounter();
    final LinkCounter reconnects = new LinkCounter();
    final LinkCounter sent = new LinkCounter();
    final LinkCounter timeouts = new LinkCounter();
    final LinkCounter refused = new LinkCounter();
    final LinkCounter outOfStep = new LinkCounter();
    final LinkCounter tooLarge = new LinkCounter();
    final LinkCounter invalidations = new LinkCounter();
    final LinkCounter feedLosses = new LinkCounter();

    /** From any thread. */
    L2Status.Totals totals() {
        return new L2Status.Totals(
                reconnects.get(),
                sent.get(),
                timeouts.get(),
                refused.get(),
                outOfStep.get(),
                tooLarge.get(),
                invalidations.get(),
                feedLosses.get());
    }
}
