package io.cachee.bench;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaPackage;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/**
 * Which room may know which, as ARCHITECTURE.md draws it. A room is a package: each module has one, the server several.
 * A class in a package without a row here fails the build, whether it lies beside the rooms or inside one. It stands in
 * bench because bench sees every module.
 */
final class ModuleArrowsTest {
    private static final String ROOT = "io.cachee.";

    private static final Set<String> ALL_BUT_CLI = Set.of(
            "resp",
            "store",
            "l2",
            "nearcache",
            "server.metrics",
            "server.config",
            "server.engine",
            "server.command",
            "server.proxy",
            "server.net",
            "server.admin");

    /** Each room, and all the rooms that it may know. Bench, which nobody may know, has no row. */
    private static final Map<String, Set<String>> ARROWS = Map.ofEntries(
            entry("resp", Set.of()),
            entry("store", Set.of()),
            entry("l2", Set.of("resp")),
            entry("nearcache", Set.of("store", "l2", "resp")),
            entry("simulate", Set.of("store")),
            entry("server.metrics", Set.of()),
            entry("server.config", Set.of("store", "l2", "nearcache")),
            entry("server.engine", Set.of("resp", "store", "server.config", "server.metrics")),
            entry("server.command", Set.of("resp", "store", "server.config", "server.engine", "server.metrics")),
            entry("server.proxy", Set.of("resp", "store", "l2", "nearcache", "server.engine", "server.metrics")),
            entry("server.net", Set.of("resp", "server.config", "server.engine")),
            entry("server.admin", Set.of("store", "server.engine", "server.metrics")),
            entry("server.load", Set.of("resp", "server.net")),
            entry("server", ALL_BUT_CLI),
            entry("server.cli", Set.of("resp", "store", "simulate", "server", "server.config", "server.load")),
            entry("client", Set.of("store")),
            entry("spring", Set.of("client")),
            entry("jcache", Set.of("client")),
            entry("testkit", Set.of()));

    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("io.cachee");

    /** What is wrong with a dependency from a class of one package on one of another; empty when it is allowed. */
    private static String problem(String from, String to) {
        if (!from.startsWith(ROOT) || from.startsWith(ROOT + "bench") || from.equals(to)) {
            return "";
        }
        String room = from.substring(ROOT.length());
        Set<String> allowed = ARROWS.get(room);
        if (allowed == null) {
            return room + " is no room";
        }
        boolean isOurs = to.startsWith(ROOT);
        return isOurs && !allowed.contains(to.substring(ROOT.length())) ? room + " knows " + to : "";
    }

    @Test
    void eachRoomKnowsOnlyTheRoomsThatItMay() {
        Set<String> problems = new TreeSet<>();
        for (JavaClass each : CLASSES) {
            String room = each.getPackageName();
            problems.add(problem(room, "java.lang"));
            for (Dependency dependency : each.getDirectDependenciesFromSelf()) {
                String problem = problem(room, dependency.getTargetClass().getPackageName());
                if (!problem.isEmpty()) {
                    problems.add(problem + ": " + dependency.getDescription());
                }
            }
        }
        problems.remove("");
        assertThat(problems).isEmpty();
    }

    @Test
    void aClassInAnUnknownPackageIsNoticed() {
        assertThat(problem(ROOT + "server.engine.table", ROOT + "resp")).isEqualTo("server.engine.table is no room");
        assertThat(problem(ROOT + "server.commands", "java.lang")).isEqualTo("server.commands is no room");
        assertThat(problem(ROOT + "cluster", "java.lang")).isEqualTo("cluster is no room");
        assertThat(problem(ROOT + "server.engine", ROOT + "server.command"))
                .isEqualTo("server.engine knows io.cachee.server.command");
        assertThat(problem(ROOT + "server.engine", ROOT + "server.command.strings"))
                .isEqualTo("server.engine knows io.cachee.server.command.strings");
        assertThat(problem(ROOT + "server.command", ROOT + "server.engine")).isEmpty();
    }

    @Test
    void everyRoomThatExistsIsLookedAt() {
        assertThat(CLASSES.getPackage("io.cachee").getSubpackagesInTree())
                .extracting(JavaPackage::getName)
                .contains(ROOT + "resp", ROOT + "store", ROOT + "l2", ROOT + "nearcache", ROOT + "simulate")
                .contains(ROOT + "server", ROOT + "server.engine", ROOT + "server.command", ROOT + "server.proxy")
                .contains(ROOT + "testkit");
    }

    @Test
    void respKnowsNettysBuffersAlone() {
        classes()
                .that()
                .resideInAPackage(ROOT + "resp..")
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage("java..", "org.jspecify..", "io.netty.buffer", "io.netty.util..", ROOT + "resp..")
                .check(CLASSES);
    }

    @Test
    void storeKnowsTheJdkAlone() {
        classes()
                .that()
                .resideInAPackage(ROOT + "store..")
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage("java..", "org.jspecify..", ROOT + "store..")
                .check(CLASSES);
    }

    @Test
    void testkitKnowsTheJdkAndNettysLeakDetectorAlone() {
        classes()
                .that()
                .resideInAPackage(ROOT + "testkit..")
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage("java..", "javax.net.ssl..", "org.jspecify..", "io.netty.util", ROOT + "testkit..")
                .check(CLASSES);
    }
}
