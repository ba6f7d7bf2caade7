package io.cachee.l2;

/** What has happened since the start. */
final class Counts {
    final Count connections = new Count();
    final Count reconnects = new Count();
    final Count sent = new Count();
    final Count timeouts = new Count();
    final Count refused = new Count();
    final Count tooLarge = new Count();
    final Count invalidations = new Count();
    final Count feedLosses = new Count();
}
