package io.cachee.server.proxy;

import io.cachee.l2.L2Status;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;

/** Since when L2 is there or not, and what is said of that in plain words. */
final class L2State {
    private volatile boolean wasThere;
    private volatile @Nullable Instant lostSince;

    /** A feed has begun; all of L2 is vouched for again, or only a part. */
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

    /** {@code coherent}, {@code connecting} or {@code lost since ...}, with the last problem where there is one. */
    String words(L2Status status) {
        if (status.isCoherent()) {
            return "coherent";
        }
        Instant since = lostSince;
        String problem = lastProblem(status);
        return (wasThere && since != null ? "lost since " + since : "connecting")
                + (problem.isEmpty() ? "" : ": " + problem);
    }

    /** The problem of the first node that is not vouched for, or empty. */
    private static String lastProblem(L2Status status) {
        for (L2Status.Node node : status.nodes()) {
            if (node.generation() == 0 && !node.lastProblem().isEmpty()) {
                return node.name() + ": " + node.lastProblem();
            }
        }
        return "";
    }
}
