package io.cachee.server.proxy;

import io.cachee.l2.L2Status;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;

/** Whether L2 is there, and since when it is not, in plain words. */
final class L2State {
    private volatile boolean wasThere;
    private volatile @Nullable Instant lostSince;

    /** A feed has begun: all nodes of L2 report changes again, or only some of them. */
    void began(boolean isCoherent) {
        wasThere = true;
        if (isCoherent) {
            lostSince = null;
        }
    }

    void ended(Instant now) {
        if (lostSince == null) {
            lostSince = now.truncatedTo(ChronoUnit.SECONDS);
        }
    }

    /** {@code coherent}, {@code connecting} or {@code lost since ...}, and the last problem if there is one. */
    String words(L2Status status) {
        if (status.isCoherent()) {
            return "coherent";
        }
        Instant since = lostSince;
        String problem = lastProblem(status);
        return (wasThere && since != null ? "lost since " + since : "connecting")
                + (problem.isEmpty() ? "" : ": " + problem);
    }

    /** The problem of the first node that does not report changes; empty if it has none. */
    private static String lastProblem(L2Status status) {
        for (L2Status.Node node : status.nodes()) {
            if (node.generation() == 0 && !node.lastProblem().isEmpty()) {
                return node.name() + ": " + node.lastProblem();
            }
        }
        return "";
    }
}
