package io.cachee.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.Recorder;

/**
 * The clients of one pod: a pool of connections, and requests that come at random moments at a given rate, whether the
 * earlier ones were answered or not. How long one took counts from the moment it came. What comes when depends on the
 * seed alone.
 */
final class CatalogPod implements AutoCloseable {
    private final CatalogProducts products;
    private final int[] draws;
    private final CatalogTally tally;
    private final long seed;
    private final double meanNanos;
    private final double writeShare;
    private final List<CatalogConnection> pool = new ArrayList<>();
    /** The last version of each product that was acknowledged to this pod. */
    private final AtomicIntegerArray acknowledged;

    private SplittableRandom random = new SplittableRandom();
    private int draw;
    private double nextNanos;

    private record Request(int product, boolean write, long dueNanos) {}

    CatalogPod(
            CatalogProducts products,
            int[] draws,
            CatalogTally tally,
            int port,
            int connections,
            double perSecond,
            double writeShare,
            long seed)
            throws IOException {
        this.products = products;
        this.draws = draws;
        this.tally = tally;
        this.seed = seed;
        this.meanNanos = TimeUnit.SECONDS.toNanos(1) / perSecond;
        this.writeShare = writeShare;
        this.acknowledged = new AtomicIntegerArray(products.count());
        for (int i = 0; i < connections; i++) {
            pool.add(new CatalogConnection(port));
        }
    }

    /** One after the other, as a pod that has run for long will have. */
    void readEverything() throws IOException {
        for (int i = 0; i < products.count(); i++) {
            read(pool.getFirst(), i);
        }
    }

    /** Requests for so long, to be run on a thread each. Those of a phase are the same in every run. */
    List<Runnable> workers(int phase, long startNanos, long lastsNanos, Recorder latencies) {
        synchronized (this) {
            random = new SplittableRandom(seed).split();
            for (int i = 0; i < phase; i++) {
                random = random.split();
            }
            draw = random.nextInt(draws.length);
            nextNanos = 0;
        }
        List<Runnable> workers = new ArrayList<>();
        for (CatalogConnection connection : pool) {
            workers.add(() -> work(connection, startNanos, lastsNanos, latencies));
        }
        return workers;
    }

    private void work(CatalogConnection connection, long startNanos, long lastsNanos, Recorder latencies) {
        try {
            for (Request next = next(); next.dueNanos < lastsNanos; next = next()) {
                long due = startNanos + next.dueNanos;
                for (long left = due - System.nanoTime(); left > 0; left = due - System.nanoTime()) {
                    LockSupport.parkNanos(left);
                }
                if (next.write) {
                    write(connection, next.product);
                } else {
                    read(connection, next.product);
                }
                latencies.recordValue(System.nanoTime() - due);
            }
        } catch (IOException broken) {
            tally.problem(broken.toString());
        }
    }

    private synchronized Request next() {
        nextNanos += -Math.log(1 - random.nextDouble()) * meanNanos;
        boolean write = random.nextDouble() < writeShare;
        return new Request(draws[draw++ & draws.length - 1], write, (long) nextNanos);
    }

    private void read(CatalogConnection connection, int product) throws IOException {
        int least = acknowledged.get(product);
        int length = connection.get(CatalogProducts.key(product));
        if (length == CatalogConnection.REFUSED) {
            tally.errors.increment();
            return;
        }
        int version = length < 0 ? -1 : products.version(product, connection.beginning(), length);
        tally.reads.increment();
        if (version < least) {
            tally.problem(
                    "product " + product + " was read as version " + version + " in a pod that had written " + least);
        }
    }

    private void write(CatalogConnection connection, int product) throws IOException {
        products.writing(product).lock();
        try {
            int version = products.nextVersion(product);
            if (connection.set(CatalogProducts.key(product), products.payload(product, version))) {
                acknowledged.set(product, version);
                products.wrote(product);
                tally.writes.increment();
            } else {
                tally.errors.increment();
            }
        } finally {
            products.writing(product).unlock();
        }
    }

    /** Whether this pod has the last version, or gets it within a while without writes. */
    boolean comesToHave(int product, long patienceNanos) throws IOException {
        long deadline = System.nanoTime() + patienceNanos;
        CatalogConnection connection = pool.getFirst();
        while (true) {
            int length = connection.get(CatalogProducts.key(product));
            boolean isThere = length >= 0;
            if (isThere && products.version(product, connection.beginning(), length) >= products.lastVersion(product)) {
                return true;
            }
            if (System.nanoTime() - deadline > 0) {
                return false;
            }
        }
    }

    @Override
    public void close() throws IOException {
        for (CatalogConnection connection : pool) {
            connection.close();
        }
    }
}
