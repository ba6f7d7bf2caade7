package io.cachee.bench;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The products of a catalog: their keys, how large they are, and which version of each was written last. A payload
 * begins with product and version, so that whoever reads it can tell what he has got.
 */
final class CatalogProducts {
    private static final double SPREAD = 0.5;
    private static final int LEAST_BYTES = 10_000;
    private static final int MOST_BYTES = 1_000_000;
    private static final int HEAD_BYTES = 32;

    private final int[] sizes;
    private final byte[] filler = new byte[MOST_BYTES];
    private final AtomicIntegerArray versions;
    private final AtomicIntegerArray written;
    private final ReentrantLock[] writing;

    /** Sizes by a logarithmic normal distribution around the mean. */
    CatalogProducts(int count, int meanBytes, long seed) {
        sizes = new int[count];
        versions = new AtomicIntegerArray(count);
        written = new AtomicIntegerArray(count);
        writing = new ReentrantLock[count];
        Random random = new Random(seed);
        random.nextBytes(filler);
        for (int i = 0; i < count; i++) {
            double size = meanBytes * Math.exp(SPREAD * random.nextGaussian() - SPREAD * SPREAD / 2);
            sizes[i] = (int) Math.clamp(size, LEAST_BYTES, MOST_BYTES);
            writing[i] = new ReentrantLock();
        }
    }

    int count() {
        return sizes.length;
    }

    long totalBytes() {
        return Arrays.stream(sizes).asLongStream().sum();
    }

    static String key(int product) {
        return "product:" + product;
    }

    byte[] payload(int product, int version) {
        byte[] bytes = Arrays.copyOf(filler, sizes[product]);
        byte[] head = head(product, version).getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(head, 0, bytes, 0, HEAD_BYTES);
        return bytes;
    }

    private static String head(int product, int version) {
        return String.format("%015d %015d ", product, version);
    }

    /** The version of a payload by its beginning; -1 when it is not one of this product's. */
    int version(int product, byte[] beginning, int length) {
        if (length != sizes[product]) {
            return -1;
        }
        String head = new String(beginning, 0, HEAD_BYTES, StandardCharsets.US_ASCII);
        int version = Integer.parseInt(head, 16, 31, 10);
        return head.equals(head(product, version)) ? version : -1;
    }

    /** Of one writer at a time. */
    ReentrantLock writing(int product) {
        return writing[product];
    }

    /** The last version that is known to be written. */
    int lastVersion(int product) {
        return written.get(product);
    }

    /** While {@link #writing} is held. */
    int nextVersion(int product) {
        return versions.incrementAndGet(product);
    }

    /** The write of the last version was acknowledged. While {@link #writing} is held. */
    void wrote(int product) {
        written.set(product, versions.get(product));
    }
}
