package io.cachee.store;

/**
 * A miniature of {@link CacheeLfu} under one setting: keys without values, all of one size, entry by entry. A miss
 * stores the key.
 *
 * <p>Nodes are numbered; the two logs are rings of node numbers, and a hash table of chains finds nodes by key hash.
 */
final class ShadowCache {
    private static final int MOST_USES = 3;
    private static final int NONE = -1;
    private static final int GHOST_WAYS = 16;

    private final CacheeLfu.Setting setting;
    private final int capacity;
    private final int smallTarget;
    private final long[] hashes;
    private final int[] chains;
    private final byte[] uses;
    private final boolean[] inMain;
    /** When a node entered the small log, counted in entries. */
    private final int[] entered;

    private final int[] table;
    private final Ring small;
    private final Ring main;
    private final short[] ghosts;
    private final byte[] ghostHands;
    private int freeNode = NONE;
    private int nodes;
    private int clock;
    private int credit;

    ShadowCache(int capacity, CacheeLfu.Setting setting) {
        this.setting = setting;
        this.capacity = capacity;
        this.smallTarget = Math.clamp(Math.round(capacity * setting.smallShare()), 1, Math.max(1, capacity - 1));
        this.hashes = new long[capacity + 1];
        this.chains = new int[capacity + 1];
        this.uses = new byte[capacity + 1];
        this.inMain = new boolean[capacity + 1];
        this.entered = new int[capacity + 1];
        this.table = new int[Integer.highestOneBit(Math.max(2, capacity)) << 1];
        java.util.Arrays.fill(table, NONE);
        this.small = new Ring(capacity + 1);
        this.main = new Ring(capacity + 1);
        int sets = Math.max(1, capacity / GHOST_WAYS);
        this.ghosts = new short[sets * GHOST_WAYS];
        this.ghostHands = new byte[sets];
    }

    private static final class Ring {
        private final int[] nodes;
        private int head;
        private int size;

        Ring(int capacity) {
            nodes = new int[Integer.highestOneBit(capacity) << 1];
        }

        void push(int node) {
            nodes[head + size++ & nodes.length - 1] = node;
        }

        int pop() {
            int node = nodes[head];
            head = head + 1 & nodes.length - 1;
            size--;
            return node;
        }
    }

    /** Reads a key, and stores it if it is missing. True when it was there. */
    boolean access(long hash) {
        int node = find(hash);
        if (node != NONE) {
            boolean counts = inMain[node] || clock - entered[node] >= (int) (setting.youngShare() * small.size);
            if (counts && uses[node] < MOST_USES) {
                uses[node]++;
            }
            return true;
        }
        boolean toMain = takeGhost(hash) && (main.size < capacity - smallTarget || examineMain(setting.reach()));
        while (small.size + main.size >= capacity) {
            evict();
        }
        insert(hash, toMain);
        return false;
    }

    private int find(long hash) {
        int node = table[(int) hash & table.length - 1];
        while (node != NONE && hashes[node] != hash) {
            node = chains[node];
        }
        return node;
    }

    private void insert(long hash, boolean toMain) {
        int node = freeNode;
        if (node != NONE) {
            freeNode = chains[node];
        } else {
            node = nodes++;
        }
        int cell = (int) hash & table.length - 1;
        hashes[node] = hash;
        chains[node] = table[cell];
        table[cell] = node;
        uses[node] = 0;
        inMain[node] = toMain;
        entered[node] = toMain ? 0 : clock++;
        (toMain ? main : small).push(node);
    }

    private void remove(int node) {
        int cell = (int) hashes[node] & table.length - 1;
        if (table[cell] == node) {
            table[cell] = chains[node];
        } else {
            int before = table[cell];
            while (chains[before] != node) {
                before = chains[before];
            }
            chains[before] = chains[node];
        }
        chains[node] = freeNode;
        freeNode = node;
    }

    private void evict() {
        int mainTarget = capacity - smallTarget;
        while (true) {
            if (main.size > mainTarget || small.size == 0) {
                if (examineMain(1)) {
                    return;
                }
                continue;
            }
            int node = small.pop();
            if (main.size < mainTarget) {
                promote(node);
                continue;
            }
            if (uses[node] > 0) {
                boolean dropped = examineMain(CacheeLfu.Setting.ANY);
                promote(node);
                if (dropped) {
                    return;
                }
                continue;
            }
            credit = Math.min(credit - 1, capacity);
            if (credit <= 0) {
                credit = 0;
                if (examineMain(1)) {
                    promote(node);
                    return;
                }
            }
            putGhost(hashes[node]);
            remove(node);
            return;
        }
    }

    private void promote(int node) {
        uses[node] = 0;
        inMain[node] = true;
        main.push(node);
    }

    private boolean examineMain(int most) {
        for (int i = 0; i < most && main.size > 0; i++) {
            credit += setting.patience();
            int node = main.pop();
            if (uses[node] == 0) {
                remove(node);
                return true;
            }
            uses[node]--;
            main.push(node);
        }
        return false;
    }

    private int ghostSet(long hash) {
        return (int) ((hash >>> 32) % ghostHands.length);
    }

    private static short fingerprint(long hash) {
        short bits = (short) (hash >>> 8);
        return bits == 0 ? 1 : bits;
    }

    private boolean takeGhost(long hash) {
        int set = ghostSet(hash);
        for (int i = set * GHOST_WAYS; i < (set + 1) * GHOST_WAYS; i++) {
            if (ghosts[i] == fingerprint(hash)) {
                ghosts[i] = 0;
                return true;
            }
        }
        return false;
    }

    private void putGhost(long hash) {
        int set = ghostSet(hash);
        ghosts[set * GHOST_WAYS + ghostHands[set]] = fingerprint(hash);
        ghostHands[set] = (byte) (ghostHands[set] + 1 & GHOST_WAYS - 1);
    }
}
