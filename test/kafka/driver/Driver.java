// A foreign Kafka client for the tests: Kafka's own, of the same version as the broker, told by lines of JSON on its
// standard input what to do. It ends when that is closed.

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.*;
import java.util.concurrent.*;
import org.apache.kafka.clients.admin.*;
import org.apache.kafka.clients.consumer.*;
import org.apache.kafka.clients.producer.*;
import org.apache.kafka.common.ElectionType;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

public class Driver {
  static final ObjectMapper JSON = new ObjectMapper();
  static final PrintStream OUT = System.out;
  static String bootstrap;
  static Admin admin;
  static final Map<String, Reading> READERS = new ConcurrentHashMap<>();
  static final Map<String, KafkaProducer<byte[], byte[]>> OPEN = new ConcurrentHashMap<>();

  static class Reading {
    volatile boolean stop = false;
    volatile boolean commit = false;
    final CountDownLatch assigned = new CountDownLatch(1);
    final CountDownLatch committed = new CountDownLatch(1);
    final CountDownLatch ended = new CountDownLatch(1);
    volatile Exception failed;
  }

  public static void main(String[] args) throws Exception {
    bootstrap = args[0];
    admin = Admin.create(config());
    throwOnExit();
    ExecutorService pool = Executors.newCachedThreadPool();
    BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    say(JSON.createObjectNode().put("id", 0));
    for (String line; (line = in.readLine()) != null; ) {
      JsonNode asked = JSON.readTree(line);
      pool.submit(() -> {
        ObjectNode answer = JSON.createObjectNode().put("id", asked.get("id").asInt());
        try {
          answer.set("value", JSON.valueToTree(carryOut(asked)));
        } catch (Throwable error) {
          Throwable cause = error instanceof ExecutionException && error.getCause() != null ? error.getCause() : error;
          answer.put("error", cause.getClass().getSimpleName() + ": " + cause.getMessage());
        }
        say(answer);
      });
    }
    Runtime.getRuntime().halt(0);
  }

  /** Kafka's tools end their process when something is wrong; where the switch for that is depends on the version. */
  static void throwOnExit() throws Exception {
    String name = "org.apache.kafka.common.utils.internals.Exit";
    Class<?> exit;
    try {
      exit = Class.forName(name);
    } catch (ClassNotFoundException older) {
      name = "org.apache.kafka.common.utils.Exit";
      exit = Class.forName(name);
    }
    Class<?> procedure = Class.forName(name + "$Procedure");
    Object thrower = java.lang.reflect.Proxy.newProxyInstance(Driver.class.getClassLoader(), new Class<?>[] {procedure},
        (proxy, method, given) -> {
          throw new IllegalStateException("exit " + given[0] + (given[1] == null ? "" : " " + given[1]));
        });
    exit.getMethod("setExitProcedure", procedure).invoke(null, thrower);
  }

  static synchronized void say(ObjectNode line) {
    OUT.println(line);
    OUT.flush();
  }

  static Properties config() {
    Properties config = new Properties();
    config.put("bootstrap.servers", bootstrap);
    return config;
  }

  static Object carryOut(JsonNode asked) throws Exception {
    switch (asked.get("do").asText()) {
      case "createTopics": {
        List<NewTopic> topics = new ArrayList<>();
        for (JsonNode each : asked.get("topics")) {
          NewTopic topic;
          if (each.has("replicas")) {
            Map<Integer, List<Integer>> replicas = new HashMap<>();
            int partition = 0;
            for (JsonNode of : each.get("replicas")) replicas.put(partition++, ints(of));
            topic = new NewTopic(each.get("name").asText(), replicas);
          } else topic = new NewTopic(each.get("name").asText(), each.get("partitions").asInt(), (short) 1);
          if (each.has("config")) topic.configs(texts(each.get("config")));
          topics.add(topic);
        }
        admin.createTopics(topics).all().get();
        return null;
      }
      case "addPartitions":
        admin.createPartitions(Map.of(asked.get("name").asText(),
            NewPartitions.increaseTo(asked.get("count").asInt()))).all().get();
        return null;
      case "deleteTopics": {
        List<String> names = new ArrayList<>();
        for (JsonNode each : asked.get("names")) names.add(each.asText());
        admin.deleteTopics(names).all().get();
        return null;
      }
      case "produce": {
        Properties config = producer();
        if (asked.has("transaction")) config.put("transactional.id", asked.get("transaction").asText());
        try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(config)) {
          if (asked.has("transaction")) {
            producer.initTransactions();
            producer.beginTransaction();
          }
          List<Future<RecordMetadata>> sent = new ArrayList<>();
          for (JsonNode each : asked.get("records")) {
            byte[] key = each.has("key") ? each.get("key").asText().getBytes(StandardCharsets.UTF_8) : null;
            sent.add(producer.send(new ProducerRecord<>(each.get("topic").asText(), each.get("partition").asInt(),
                each.has("atMs") ? each.get("atMs").asLong() : null, key, new byte[] {1})));
          }
          if (asked.path("aborts").asBoolean()) {
            producer.flush();
            producer.abortTransaction();
          } else if (asked.has("transaction")) producer.commitTransaction();
          for (Future<RecordMetadata> each : sent) each.get();
        }
        return null;
      }
      case "deleteRecords": {
        Map<TopicPartition, RecordsToDelete> before = new HashMap<>();
        for (JsonNode each : asked.get("before"))
          before.put(place(each), RecordsToDelete.beforeOffset(each.get("offset").asLong()));
        admin.deleteRecords(before).all().get();
        return null;
      }
      case "commit": {
        admin.alterConsumerGroupOffsets(asked.get("group").asText(), offsets(asked.get("offsets"))).all().get();
        return null;
      }
      case "deleteOffsets": {
        Set<TopicPartition> places = new HashSet<>();
        for (JsonNode each : asked.get("places")) places.add(place(each));
        admin.deleteConsumerGroupOffsets(asked.get("group").asText(), places).all().get();
        return null;
      }
      case "deleteGroup":
        admin.deleteConsumerGroups(List.of(asked.get("group").asText())).all().get();
        return null;
      case "offsets": {
        Map<String, String> found = new TreeMap<>();
        admin.listConsumerGroupOffsets(asked.get("group").asText()).partitionsToOffsetAndMetadata().get()
            .forEach((place, offset) -> {
              if (offset != null) found.put(place.topic() + " " + place.partition(), Long.toString(offset.offset()));
            });
        return found;
      }
      case "groups": {
        List<String> names = new ArrayList<>();
        admin.listConsumerGroups().all().get().forEach(each -> names.add(each.groupId()));
        return names;
      }
      case "startReader": return startReader(asked);
      case "stopReader": {
        Reading reading = READERS.remove(asked.get("name").asText());
        reading.stop = true;
        reading.ended.await(20, TimeUnit.SECONDS);
        if (reading.failed != null) throw reading.failed;
        return null;
      }
      case "readerCommits": {
        Reading reading = READERS.get(asked.get("name").asText());
        reading.commit = true;
        if (!reading.committed.await(20, TimeUnit.SECONDS)) throw new TimeoutException("no commit");
        return null;
      }
      case "openTransaction": {
        Properties config = producer();
        config.put("transactional.id", asked.get("name").asText());
        config.put("transaction.timeout.ms", "600000");
        KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(config);
        OPEN.put(asked.get("name").asText(), producer);
        producer.initTransactions();
        producer.beginTransaction();
        for (JsonNode each : asked.path("records"))
          producer.send(new ProducerRecord<>(each.get("topic").asText(), each.get("partition").asInt(),
              each.has("atMs") ? each.get("atMs").asLong() : null, null, new byte[] {1})).get();
        if (asked.has("group"))
          producer.sendOffsetsToTransaction(offsets(asked.get("offsets")),
              new ConsumerGroupMetadata(asked.get("group").asText()));
        return null;
      }
      case "endTransaction": {
        KafkaProducer<byte[], byte[]> producer = OPEN.remove(asked.get("name").asText());
        if (asked.get("how").asText().equals("commit")) producer.commitTransaction();
        else producer.abortTransaction();
        producer.close();
        return null;
      }
      case "moveReplicas": {
        TopicPartition place = place(asked);
        List<Integer> to = ints(asked.get("replicas"));
        admin.alterPartitionReassignments(
            Map.of(place, Optional.of(new NewPartitionReassignment(to)))).all().get();
        for (int tries = 0; !admin.listPartitionReassignments().reassignments().get().isEmpty(); tries++) {
          if (tries > 200) throw new TimeoutException("reassignment");
          Thread.sleep(50);
        }
        try {
          admin.electLeaders(ElectionType.PREFERRED, Set.of(place)).all().get();
        } catch (ExecutionException notNeeded) {
          if (!notNeeded.getCause().getMessage().contains("not needed")
              && !(notNeeded.getCause() instanceof org.apache.kafka.common.errors.ElectionNotNeededException))
            throw notNeeded;
        }
        return null;
      }
      case "leaders": {
        List<Integer> leaders = new ArrayList<>();
        admin.describeTopics(List.of(asked.get("topic").asText())).allTopicNames().get()
            .get(asked.get("topic").asText()).partitions()
            .forEach(each -> leaders.add(each.leader() == null ? -1 : each.leader().id()));
        return leaders;
      }
      case "allow": {
        List<org.apache.kafka.common.acl.AclBinding> bindings = new ArrayList<>();
        for (JsonNode each : asked.get("rules"))
          bindings.add(new org.apache.kafka.common.acl.AclBinding(
              new org.apache.kafka.common.resource.ResourcePattern(
                  org.apache.kafka.common.resource.ResourceType.fromString(each.get("type").asText()),
                  each.get("name").asText(), org.apache.kafka.common.resource.PatternType.LITERAL),
              new org.apache.kafka.common.acl.AccessControlEntry(asked.get("principal").asText(), "*",
                  org.apache.kafka.common.acl.AclOperation.fromString(each.get("operation").asText()),
                  org.apache.kafka.common.acl.AclPermissionType.ALLOW)));
        admin.createAcls(bindings).all().get();
        return null;
      }
      case "consumerGroups": return consumerGroups(asked);
      default: throw new IllegalArgumentException("no such thing: " + asked);
    }
  }

  /** `kafka-consumer-groups.sh`, in this process. */
  static synchronized String consumerGroups(JsonNode asked) throws Exception {
    List<String> args = new ArrayList<>(List.of("--bootstrap-server", bootstrap));
    for (JsonNode each : asked.get("args")) args.add(each.asText());
    ByteArrayOutputStream said = new ByteArrayOutputStream();
    PrintStream caught = new PrintStream(said, true, StandardCharsets.UTF_8);
    PrintStream error = System.err;
    System.setOut(caught);
    System.setErr(caught);
    try {
      org.apache.kafka.tools.consumer.group.ConsumerGroupCommand.main(args.toArray(new String[0]));
    } catch (IllegalStateException exit) {
      caught.println(exit.getMessage());
    } finally {
      System.setOut(OUT);
      System.setErr(error);
    }
    return said.toString(StandardCharsets.UTF_8);
  }

  static Object startReader(JsonNode asked) throws Exception {
    Properties config = config();
    config.put("group.id", asked.get("group").asText());
    config.put("client.id", asked.get("name").asText());
    config.put("enable.auto.commit", "false");
    config.put("auto.offset.reset", "earliest");
    config.put("group.protocol", asked.get("protocol").asText());
    config.put("key.deserializer", ByteArrayDeserializer.class.getName());
    config.put("value.deserializer", ByteArrayDeserializer.class.getName());
    if (asked.get("protocol").asText().equals("classic")) config.put("session.timeout.ms", "10000");
    Reading reading = new Reading();
    READERS.put(asked.get("name").asText(), reading);
    Thread thread = new Thread(() -> {
      try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(config)) {
        List<String> topics = new ArrayList<>();
        for (JsonNode each : asked.get("topics")) topics.add(each.asText());
        consumer.subscribe(topics);
        while (!reading.stop) {
          consumer.poll(Duration.ofMillis(50));
          if (!consumer.assignment().isEmpty()) reading.assigned.countDown();
          if (reading.commit) {
            reading.commit = false;
            consumer.commitSync();
            reading.committed.countDown();
          }
        }
      } catch (Exception error) {
        reading.failed = error;
      } finally {
        reading.ended.countDown();
        reading.assigned.countDown();
      }
    });
    thread.setDaemon(true);
    thread.start();
    if (!reading.assigned.await(20, TimeUnit.SECONDS)) throw new TimeoutException("nothing was assigned");
    if (reading.failed != null) throw reading.failed;
    return null;
  }

  static Properties producer() {
    Properties config = config();
    config.put("key.serializer", ByteArraySerializer.class.getName());
    config.put("value.serializer", ByteArraySerializer.class.getName());
    config.put("linger.ms", "5");
    return config;
  }

  static TopicPartition place(JsonNode node) {
    return new TopicPartition(node.get("topic").asText(), node.get("partition").asInt());
  }

  static Map<TopicPartition, OffsetAndMetadata> offsets(JsonNode list) {
    Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
    for (JsonNode each : list) offsets.put(place(each), new OffsetAndMetadata(Long.parseLong(each.get("offset").asText())));
    return offsets;
  }

  static List<Integer> ints(JsonNode list) {
    List<Integer> ints = new ArrayList<>();
    for (JsonNode each : list) ints.add(each.asInt());
    return ints;
  }

  static Map<String, String> texts(JsonNode map) {
    Map<String, String> texts = new HashMap<>();
    map.fields().forEachRemaining(each -> texts.put(each.getKey(), each.getValue().asText()));
    return texts;
  }
}
