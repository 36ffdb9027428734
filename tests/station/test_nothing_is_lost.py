"""Whatever becomes of network, tab and storage: what was tapped is on the server, once."""

import pytest

from tests.station.conftest import Run

JOINED = """
const camp = new Installation();
const device = new Device(camp);
let journal = await device.open();
await journal.join(KEY);
const sent = () => until(() => journal.status.unsent === 0, "all sent");
"""


def test_a_tap_arrives(run: Run) -> None:
    found = run(
        JOINED
        + """
        await journal.keep([passing(12)]);
        await sent();
        return { records: camp.all(), status: journal.status, entries: [...journal.entries] };
        """
    )
    assert [record["bib"] for record in found["records"]] == ["12"]
    assert found["status"]["recorded"] == 1
    assert found["status"]["storage"]["place"] == "disk"
    assert found["entries"][0][1]["name"] == "Ana Ruiz"


RANDOM = """
const FATES = ["cut before", "cut after", "half", "answers 503", "answers 500 after",
               "another’s page"];
const random = randomOf(given);
const camp = new Installation();
const device = new Device(camp);
let journal = await device.open();
await journal.join(KEY);
// Two installations beside the camp: now one of them is reached, now another.
const nodes = [{ node: camp.node, records: camp.records }, ...["1", "2"].map((digit) => (
  { node: { id: digit.repeat(32), name: digit, epoch: "one" }, records: new Map() }
))];
let reached = nodes[0];
const reach = (one) => {
  reached = one;
  Object.assign(camp, one);
};
let trouble = 0;
camp.network = () => (random() < trouble ? FATES[Math.floor(random() * FATES.length)] : "through");
const kept = new Set();
let tapped = 0;
for (let step = 0; step < 14; step += 1) {
  const chance = random();
  if (chance < 0.55) {
    const drafts = Array.from({ length: 1 + Math.floor(random() * 5) }, () => passing(++tapped));
    const keeping = journal.keep(drafts).then((records) => {
      for (const { id, draft } of records) kept.add(`${id} ${draft.bib}`);
    });
    if (random() < 0.8) await keeping;
  } else if (chance < 0.65) {
    trouble = random();
  } else if (chance < 0.75) {
    camp.mostBytes = random() < 0.5 ? Infinity : 1200 + random() * 3000;
  } else if (chance < 0.82) {
    if (random() < 0.5) reach(nodes[Math.floor(random() * 3)]);
    reached.node = camp.node = { ...camp.node, epoch: String(random()) };
    for (const id of camp.records.keys()) if (random() < 0.4) camp.records.delete(id);
  } else if (chance < 0.9) {
    await new Promise((go) => { setTimeout(go, random() * 30); });
  } else {
    journal = await device.reopened();
  }
}
trouble = 0;
camp.mostBytes = Infinity;
journal = await device.reopened();
await journal.contact();
await until(() => journal.status.unsent === 0 && journal.status.isReachable, "all sent");
for (const one of nodes) {
  reach(one);
  await journal.contact();
  await until(() => journal.status.unsent === 0, "all sent here too");
}
camp.records = new Map(nodes.flatMap(({ records }) => [...records]));
const there = new Set(camp.all().map(({ id, bib }) => `${id} ${bib}`));
const bibs = camp.all().map(({ bib }) => bib);
device.kill();
await wiped();
return {
  lost: [...kept].filter((record) => !there.has(record)),
  twice: bibs.length - new Set(bibs).size,
  kept: kept.size,
};
"""


@pytest.mark.parametrize("part", range(6))
def test_random_cuts_kills_and_repeats_lose_nothing_and_double_nothing(run: Run, part: int) -> None:
    kept = 0
    for seed in range(part * 10, part * 10 + 10):
        found = run(RANDOM, seed)
        assert found["lost"] == [], f"seed {seed}"
        assert found["twice"] == 0, f"seed {seed}"
        kept += found["kept"]
    assert kept > 100


def test_a_record_whose_id_is_taken_gets_another_and_what_names_it_follows(run: Run) -> None:
    found = run(
        JOINED
        + """
        camp.network = () => "cut before";
        const [first] = await journal.keep([passing(12)]);
        await journal.keep([{ kind: "ruling", ruling: "void", record: first.id }]);
        camp.records.set(first.id, "what another device wrote");
        // Nobody may take back what another device wrote.
        camp.verdict = ({ record }) => (record === first.id ? "refused" : null);
        camp.network = () => "through";
        await journal.contact();
        await sent();
        camp.records.delete(first.id);
        const lines = journal.lines({ stage: 1, base: "PASS" });
        return { first: first.id, records: camp.all(), lines };
        """
    )
    assert len(found["records"]) == 2
    passing = next(r for r in found["records"] if r["kind"] == "passing")
    void = next(r for r in found["records"] if r["kind"] == "ruling")
    assert passing["id"] != found["first"]
    assert void["record"] == passing["id"]
    assert [(line["id"], line["isVoided"]) for line in found["lines"]] == [(passing["id"], True)]


def test_every_device_that_carries_a_record_whose_id_is_taken_gives_it_the_same_other_id(
    run: Run,
) -> None:
    found = run(
        JOINED
        + """
        camp.network = () => "cut before";
        const [first] = await journal.keep([passing(12)]);
        const ruling = { kind: "ruling", ruling: "assign", bib: "13", record: first.id };
        const [assign] = await journal.keep([ruling]);
        await journal.keep([{ ...ruling, bib: "14", supersedes: [assign.id] }]);
        const leaving = await journal.leaving();
        const carried = { key: KEY, records: leaving.map(({ record }) => record) };
        camp.records.set(first.id, "what a copy of this device wrote");
        camp.records.set(assign.id, "that too");
        camp.network = () => "through";
        await journal.contact();
        await sent();
        const written = JSON.stringify([...camp.records]);
        // Another phone was given the same before the first one met anybody.
        device.kill();
        await wiped();
        journal = await device.open();
        await journal.join(KEY);
        await journal.takeIn(carried);
        await journal.contact();
        await sent();
        // The first is given it once more, as it was.
        const again = await journal.takeIn(carried);
        await journal.contact();
        await sent();
        const lines = journal.lines({ stage: 1, base: "PASS" });
        return {
          isSame: written === JSON.stringify([...camp.records]), size: camp.records.size, again,
          old: [first.id, assign.id], carried: carried.records,
          records: [...camp.records.values()].slice(3).map((text) => JSON.parse(text)),
          lines: lines.map(({ bib, id }) => [bib, id]),
        };
        """
    )
    assert found["isSame"]
    assert found["size"] == 6, "the second assign was taken as well before it was said anew"
    passing, assign, second = found["records"]
    assert passing == {**found["carried"][0], "id": passing["id"]}
    assert assign["record"] == second["record"] == passing["id"]
    assert second["supersedes"] == [assign["id"]]
    assert found["lines"] == [["14", passing["id"]]]


def test_the_id_instead_of_one_that_is_taken_follows_from_what_the_record_says(run: Run) -> None:
    record = {
        "kind": "ruling",
        "items": ["é", "b"],
        "id": "a7f2c0de-0102-8304-8506-000000000007",
        "bib": "12",
    }
    origin = "a7f2c0de010283048506"
    got = run(
        """
        const { originInstead } = await import("/static/js/station/ids.js");
        return originInstead(given[0], given[1]);
        """,
        [origin, record],
    )
    said = str(record["id"]) + '{"bib":"12","items":["é","b"],"kind":"ruling"}'
    digest = 0xCBF29CE484222325
    for byte in said.encode():
        digest = (digest ^ byte) * 0x100000001B3 % 2**64
    instead = bytearray.fromhex(origin[:8] + f"{digest:016x}"[:12])
    instead[6] = instead[6] & 0x0F | 0x80
    instead[8] = instead[8] & 0x3F | 0x80
    assert got == instead.hex()


def test_a_void_of_a_void_restores_and_an_assign_gives_the_bib(run: Run) -> None:
    found = run(
        JOINED
        + """
        const ruling = async (name, record, more = {}) => (await journal.keep([
          { kind: "ruling", ruling: name, record, ...more },
        ]))[0].id;
        const bibs = await journal.keep([passing(12), passing("1?"), passing(14)]);
        const [one, two, three] = bibs.map(({ id }) => id);
        const void_ = await ruling("void", one);
        await ruling("assign", two, { bib: "13" });
        await ruling("void", three);
        await ruling("void", void_);
        await sent();
        const lines = journal.lines({ stage: 1, base: "PASS" });
        return { lines, wire: camp.all() };
        """
    )
    assert [(line["bib"], line["isVoided"]) for line in found["lines"]] == [
        ("12", False),
        ("13", False),
        ("14", True),
    ]
    assert found["wire"][1]["bib"] == "1*"
    assert found["wire"][3]["reason"] == "Undone at the station"


def test_a_server_restored_from_a_backup_is_offered_everything_again(run: Run) -> None:
    found = run(
        JOINED
        + """
        await journal.keep([passing(1), passing(2), passing(3)]);
        await sent();
        const before = JSON.stringify(camp.all());
        camp.records.clear();
        camp.node = { ...camp.node, epoch: "two" };
        await journal.contact();
        await until(() => camp.records.size === 3, "all there again");
        return [before, JSON.stringify(camp.all())];
        """
    )
    assert found[0] == found[1]


def test_a_tab_killed_when_it_met_the_restored_server_offers_everything_all_the_same(
    run: Run,
) -> None:
    there = run(
        JOINED
        + """
        await journal.keep([passing(1), passing(2), passing(3)]);
        await journal.contact();
        camp.records.clear();
        camp.node = { ...camp.node, epoch: "two" };
        // The answer is there, and before a record is written again the tab is gone.
        device.prepare = (page) => {
          page.IDBObjectStore.prototype.put = new Proxy(page.IDBObjectStore.prototype.put, {
            apply(put, store, given) {
              if (store.name === "records") device.kill();
              return Reflect.apply(put, store, given);
            },
          });
        };
        await device.reopened();
        await until(() => device.frame === null, "it was killed");
        device.prepare = () => {};
        journal = await device.open();
        await journal.contact();
        await sent();
        return camp.all().map(({ bib }) => bib);
        """
    )
    assert there == ["1", "2", "3"]


def test_what_is_refused_is_kept_said_and_offered_as_a_file(run: Run) -> None:
    found = run(
        JOINED
        + """
        camp.verdict = ({ bib }) => (bib === "2" ? "refused" : bib === "3" ? "malformed" : null);
        await journal.keep([passing(1), passing(2), passing(3)]);
        await journal.contact();
        journal = await device.reopened();
        const leaving = await journal.leaving();
        const bibs = leaving.map(({ key, record }) => [key, record.bib]);
        return { status: journal.status, leaving: bibs };
        """
    )
    assert found["status"]["refused"] == 2
    assert found["leaving"] == [["K7QM-2F9D-XW3H-TPA4", "2"], ["K7QM-2F9D-XW3H-TPA4", "3"]]


def test_one_record_that_is_too_large_does_not_hold_up_the_others(run: Run) -> None:
    found = run(
        JOINED
        + """
        camp.mostBytes = 2500;
        const note = "x".repeat(3000);
        await journal.keep([passing(1), passing(2, { note }), passing(3), passing(4)]);
        await sent();
        return [camp.all().map(({ bib }) => bib), journal.status.refused];
        """
    )
    assert found == [["1", "3", "4"], 1]


def test_a_key_that_is_not_known_is_said_and_nothing_is_lost(run: Run) -> None:
    found = run(
        JOINED
        + """
        camp.isKnown = false;
        await journal.keep([passing(1)]);
        await until(() => journal.status.isKeyUnknown, "it says so");
        const before = journal.status.unsent;
        camp.isKnown = true;
        await journal.contact();
        await sent();
        return [before, camp.records.size, journal.status.isKeyUnknown];
        """
    )
    assert found == [1, 1, False]


STRANGER = """
const post = camp.post();
const answered = (answer) => {
  camp.answer = (address, ...rest) => (
    address.endsWith("/post") ? answer : Installation.prototype.answer.call(camp, address, ...rest)
  );
};
camp.node = { id: "b".repeat(32), name: "Office", epoch: "one" };
"""


@pytest.mark.parametrize(
    "answer",
    [
        "[401, {}]",
        "[200, { ...post, node: camp.node }]",
        "[200, { ...camp.post(), race: { ...post.race, slug: 'another' } }]",
        "[200, post]",
    ],
    ids=["no such key", "not among its nodes", "another race", "another node"],
)
def test_records_stay_unsent_with_an_installation_that_is_not_of_the_race(
    run: Run, answer: str
) -> None:
    found = run(
        JOINED
        + "await journal.contact();"
        + STRANGER
        + f"""
        answered({answer});
        await journal.keep([passing(12)]);
        await until(() => journal.status.isKeyUnknown, "it says so");
        const {{ unsent, node }} = journal.status;
        delete camp.answer;
        await journal.contact();
        await sent();
        return [unsent, node.name, journal.status.node.name, journal.status.isKeyUnknown];
        """
    )
    assert found == [1, "Camp", "Office", False]


@pytest.mark.parametrize("answer", ["null", "[403, {}]"], ids=["it opens", "it is revoked"])
def test_records_are_left_with_an_installation_that_knows_the_key(run: Run, answer: str) -> None:
    found = run(
        JOINED
        + STRANGER
        + f"""
        if ({answer} !== null) answered({answer});
        await journal.keep([passing(12)]);
        await journal.contact();
        await sent();
        return [camp.all().length, journal.status.node.name];
        """
    )
    assert found == [1, "Office"]


def test_the_last_contact_and_with_whom_is_known_after_a_reload_without_a_network(run: Run) -> None:
    before, after = run(
        JOINED
        + """
        await journal.contact();
        const before = journal.status;
        camp.network = () => "cut before";
        journal = await device.reopened();
        return [before, journal.status].map(({ lastContact, node }) => [lastContact, node.name]);
        """
    )
    assert before[0] is not None
    assert after == before
    assert after[1] == "Camp"


@pytest.mark.parametrize(
    ("text", "reason"),
    [("K7QM-2F9D", "not-a-key"), ("1111-2222-3333-4444", "unknown")],
)
def test_joining_says_why_it_cannot(run: Run, text: str, reason: str) -> None:
    found = run(
        """
        const device = new Device(new Installation());
        const journal = await device.open();
        return journal.join(given).then(() => "joined", (error) => error.reason);
        """,
        text,
    )
    assert found == reason


def test_a_key_is_read_from_a_link_and_with_letters_that_look_alike(run: Run) -> None:
    keys = run(
        """
        const { parseKey } = await import("/static/js/station/ids.js");
        return given.map(parseKey);
        """,
        ["https://camp/station#k7qm-2f9d-xw3h-tpa4", " K7QM2F9D XW3HTPAo", "ilo0" * 4, "U" * 16],
    )
    assert keys == ["K7QM-2F9D-XW3H-TPA4", "K7QM-2F9D-XW3H-TPA0", "1100-1100-1100-1100", None]


def test_ids_are_uuids_of_version_8_that_never_meet(run: Run) -> None:
    found = run(
        """
        const ids = await import("/static/js/station/ids.js");
        const origin = ids.newOrigin((bytes) => bytes.fill(255));
        const beside = ids.originBeside(origin, (bytes) => bytes.fill(0));
        return [origin, ids.recordId(origin, 258), ids.deviceName("0a000000"), beside];
        """
    )
    assert found == [
        "ffffffffffff8fffbfff",
        "ffffffff-ffff-8fff-bfff-000000000102",
        "180000",
        "ffffffff000080008000",
    ]


FULL = """
device.prepare = (page) => {
  const { prototype } = page.IDBObjectStore;
  const add = prototype.add;
  prototype.add = function (...given) {
    if (isFull) throw new page.DOMException("no room", "QuotaExceededError");
    return add.apply(this, given);
  };
  const { setItem } = page.Storage.prototype;
  page.Storage.prototype.setItem = function (...given) {
    if (isLocalFull) throw new page.DOMException("no room", "QuotaExceededError");
    return setItem.apply(this, given);
  };
};
let isFull = false;
let isLocalFull = false;
"""


def test_a_full_store_is_said_and_the_taps_are_kept_elsewhere(run: Run) -> None:
    found = run(
        JOINED
        + FULL
        + """
        journal = await device.reopened();
        camp.network = () => "cut before";
        await journal.keep([passing(1)]);
        isFull = true;
        await journal.keep([passing(2)]);
        const local = journal.status.storage;
        isLocalFull = true;
        await journal.keep([passing(3)]);
        const memory = journal.status.storage;
        isLocalFull = false;
        isFull = false;
        journal = await device.reopened();
        const back = journal.lines({ stage: 1, base: "PASS" }).map(({ bib }) => bib);
        camp.network = () => "through";
        await journal.contact();
        await sent();
        const there = camp.all().map(({ bib }) => bib);
        return { local, memory, back, there, after: journal.status.storage };
        """
    )
    assert (found["local"]["isFull"], found["local"]["place"]) == (True, "local")
    assert found["memory"]["place"] == "memory"
    assert found["back"] == ["1", "2"], "what only memory held is gone with the tab, as was said"
    assert found["there"] == ["1", "2"]
    assert found["after"]["place"] == "disk"


def test_a_full_device_sends_what_it_holds_and_says_the_same_again(run: Run) -> None:
    found = run(
        JOINED
        + FULL.replace("prototype.add", "prototype.put")
        .replace("const add", "const put")
        .replace("add.apply", "put.apply")
        + """
        journal = await device.reopened();
        camp.network = () => "cut before";
        await journal.keep([passing(1)]);
        isFull = true;
        camp.network = (address) => (address.endsWith("records") ? "cut after" : "through");
        await journal.contact();
        const first = camp.all();
        journal = await device.reopened();
        camp.network = () => "through";
        await journal.contact();
        await sent();
        return { first, all: camp.all(), refused: journal.status.refused };
        """
    )
    assert len(found["first"]) == 1
    assert found["all"] == found["first"]
    assert found["refused"] == 0


def test_what_only_memory_holds_is_sent_as_soon_as_somebody_answers(run: Run) -> None:
    there = run(
        JOINED
        + FULL
        + """
        journal = await device.reopened();
        isFull = isLocalFull = true;
        await journal.keep([passing(3)]);
        await sent();
        return camp.all().map(({ bib }) => bib);
        """
    )
    assert there == ["3"]


@pytest.mark.parametrize(
    ("used", "quota", "is_low"),
    [(0, 10**9, False), (960, 1000, True), (985 * 10**6, 10**9, True), (90, 10**6, True)],
)
def test_room_is_low_before_it_is_gone(run: Run, used: int, quota: int, is_low: bool) -> None:
    found = run(
        """
        const { isLow } = await import("/static/js/station/storage.js");
        return isLow(...given);
        """,
        [used, quota],
    )
    assert found is is_low


def test_without_indexeddb_taps_are_kept_and_it_is_said_loudly(run: Run) -> None:
    found = run(
        """
        const camp = new Installation();
        const device = new Device(camp);
        device.prepare = (page) => {
          page.IDBFactory.prototype.open = () => { throw new Error("The store is broken."); };
        };
        let journal = await device.open();
        await journal.join(KEY);
        camp.network = () => "cut before";
        await journal.keep([passing(1), passing(2)]);
        journal = await device.reopened();
        const { storage } = journal.status;
        const file = (await journal.leaving()).map(({ record }) => record.bib);
        device.prepare = () => {};
        journal = await device.reopened();
        camp.network = () => "through";
        await journal.contact();
        await until(() => camp.records.size === 2, "all sent");
        return { storage, file, post: journal.post.station.label, after: journal.status.storage };
        """
    )
    assert found["storage"]["place"] == "local"
    assert found["storage"]["fault"] == "The store is broken."
    assert found["file"] == ["1", "2"]
    assert found["post"] == "Oberalp"
    assert found["after"]["place"] == "disk"


def test_two_tabs_number_apart_and_know_what_the_other_recorded_and_sent(run: Run) -> None:
    found = run(
        JOINED
        + """
        const beside = new Device(camp);
        const other = await beside.open();
        camp.network = () => "cut before";
        const taps = [];
        for (let nth = 0; nth < 20; nth += 1) {
          taps.push((nth % 2 ? journal : other).keep([passing(nth)]));
        }
        const ids = (await Promise.all(taps)).flat().map(({ id }) => id);
        const both = (is) => until(() => [journal, other].every(({ status }) => is(status)));
        await both(({ recorded }) => recorded === 20);
        const others = [journal.status.otherTabs, other.status.otherTabs];
        camp.network = () => "through";
        await Promise.all([journal.contact(), other.contact()]);
        await both(({ unsent }) => unsent === 0);
        beside.kill();
        return { ids: new Set(ids).size, there: camp.records.size, others };
        """
    )
    assert found == {"ids": 20, "there": 20, "others": [1, 1]}


def test_records_of_another_phone_are_taken_in_once_and_sent_under_their_key(run: Run) -> None:
    found = run(
        JOINED
        + """
        camp.network = () => "cut before";
        await journal.keep([passing(1), passing(2, { typed: "10:12" })]);
        const leaving = await journal.leaving();
        const carried = { key: leaving[0].key, records: leaving.map(({ record }) => record) };
        device.kill();
        await wiped();
        journal = await device.open();
        const first = await journal.takeIn(carried);
        const again = await journal.takeIn(carried);
        camp.network = () => "through";
        await journal.contact();
        await sent();
        const same = JSON.stringify(camp.all()) === JSON.stringify(carried.records);
        return { first, again, same, typed: camp.all()[1].time };
        """
    )
    assert found["first"] == {"taken": 2, "known": 0}
    assert found["again"] == {"taken": 0, "known": 2}
    assert found["same"] is True
    assert found["typed"] == "10:12"


def test_what_the_server_wants_to_know_and_a_revocation_are_said(run: Run) -> None:
    status = run(
        JOINED
        + """
        camp.questions = [{ id: "7", text: "Was 12 so early?", record: "r" }];
        camp.revoked = 5;
        await journal.contact();
        return journal.status;
        """
    )
    assert status["questions"][0]["text"] == "Was 12 so early?"
    assert status["revoked"] == 5


def test_the_wait_doubles_up_to_a_minute_and_is_never_all_at_once(run: Run) -> None:
    waits = run(
        """
        const { waitAfter } = await import("/static/js/station/sending.js");
        return [1, 2, 3, 7, 500].map((failures) => (
          [waitAfter(failures, () => 0), waitAfter(failures, () => 1)]
        ));
        """
    )
    assert waits == [[500, 1000], [1000, 2000], [2000, 4000], [30000, 60000], [30000, 60000]]
