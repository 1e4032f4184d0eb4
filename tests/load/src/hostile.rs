//! What a tenant's reads take while another tenant's plug-ins attack: rounds without, with and while they are put in, in
//! turn. The attacks are the hostile corpus of `plugins/host`, put in, asked and taken out through the API as an
//! administrator with bad intentions does; what the platform does against them, giving them a rest, it does here too.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use host::torture::corpus;

use crate::{
    Bench, Outcome,
    attacking::{Attacking, Component, Ends, innocent},
    bench::{SECRET, Server, answers, rests, zugong},
    drive::{Maker, Round, paced, round},
    neighbours::{reads, told},
    pooled::{Ratio, ratio, together},
    prepare::{neighbours, subject},
};

/// A larger component does not fit into a request.
const LARGEST: usize = 150 * 1024;

/// The readers, the attacker, and what each attack is compared with.
struct Stage {
    bench: Bench,
    attacking: Attacking,
    maker: Maker,
    names: Vec<&'static str>,
    attacks: Vec<Component>,
    /// As many that do no harm, in the same order.
    innocent: Vec<Component>,
    server: Server,
}

/// Runs the rounds of all attacks together and prints what they took.
pub async fn run(bench: Bench) -> Outcome<()> {
    let stage = Stage::set(bench).await?;
    let Stage { bench, attacking, attacks, innocent, .. } = &stage;
    let mut taken: [Vec<Round>; 4] = Default::default();
    let (mut quiet, mut ends) = (Ends::new(), Ends::new());
    let [alone, beside_innocent, beside_attacks, meanwhile] = &mut taken;
    for number in 0..bench.rounds.max(1) {
        alone.push(stage.reading().await?);
        let mut both = [(innocent, &mut *beside_innocent, &mut quiet), (attacks, &mut *beside_attacks, &mut ends)];
        // Whatever follows the other has its own place: the server, the database and the machine change as they run.
        if number % 2 == 1 {
            both.reverse();
        }
        for (components, beside, ends) in both {
            beside.push(stage.beside(components, ends).await?);
        }
        let changing = |stop| attacking.put_in_and_take_out(attacks, stop);
        meanwhile.push(until_read(stage.reading(), changing).await?);
    }
    ended("innocent", &quiet);
    ended("attacks", &ends);
    let names = ["alone", "beside the innocent", "beside attacks", "while they are put in"];
    let [alone, beside_innocent, beside_attacks, meanwhile] = taken.each_ref().map(Vec::as_slice);
    let lines: Vec<_> = names.into_iter().zip([alone, beside_innocent, beside_attacks, meanwhile]).collect();
    told(&lines);
    compared("p99 of all rounds together, beside attacks to beside the innocent", beside_attacks, beside_innocent);
    Ok(())
}

/// Runs the rounds of each attack by itself, against one that does no harm, and prints what they took.
pub async fn each(bench: Bench) -> Outcome<()> {
    let stage = Stage::set(bench).await?;
    let (mut alone, mut beside_innocent, mut beside_attacks) = (vec![], vec![], vec![]);
    for (place, name) in stage.names.iter().enumerate() {
        let (mut quiet, mut ends) = (Ends::new(), Ends::new());
        let (mut others, mut own) = (vec![], vec![]);
        for number in 0..stage.bench.rounds.max(1) {
            alone.push(stage.reading().await?);
            let innocent = (stage.innocent.get(place), &mut others, &mut quiet);
            let mut both = [innocent, (stage.attacks.get(place), &mut own, &mut ends)];
            if (place + number) % 2 == 1 {
                both.reverse();
            }
            for (component, beside, ends) in both {
                beside.push(stage.beside(component.map(std::slice::from_ref).unwrap_or_default(), ends).await?);
            }
        }
        let p99 = |rounds: &[Round]| together(rounds).quantile(0.99);
        let said = if ends.is_empty() { "never asked".into() } else { words(&ends) };
        let (mine, theirs) = (p99(&own), p99(&others));
        println!("{name:<34} p99 {mine:>6.2} ms  {said}; the innocent {theirs:>6.2} ms  {}", words(&quiet));
        // One that was refused when it was put in is nobody's neighbour: it would only make the others look better.
        if !ends.is_empty() {
            beside_innocent.extend(others);
            beside_attacks.extend(own);
        }
    }
    told(&[("alone", &alone), ("beside one innocent", &beside_innocent), ("beside one attack", &beside_attacks)]);
    compared("p99 of all rounds together, beside one attack to beside one innocent", &beside_attacks, &beside_innocent);
    Ok(())
}

fn ended(whose: &str, ends: &Ends) {
    ends.iter().for_each(|(end, times)| println!("{whose:<10}{times:>8} {end}"));
}

fn words(ends: &Ends) -> String {
    ends.iter().map(|(end, times)| format!("{times} {end}")).collect::<Vec<_>>().join(", ")
}

fn compared(what: &str, some: &[Round], others: &[Round]) {
    let Ratio { value, low, high } = ratio(some, others, 0.99);
    println!("{what}: {value:.3} ({low:.3} to {high:.3})");
}

impl Stage {
    async fn set(bench: Bench) -> Outcome<Self> {
        let [reader, attacker] = neighbours(&bench, SECRET).await?;
        let (cadre, files) = subject(&bench, &attacker).await?;
        let server = zugong(&bench)?;
        answers(server.port).await?;
        rests(&bench, &server).await;
        let maker = reads(&reader);
        round(server.port, bench.connections, bench.seconds / 2.0, 0, &maker).await?;
        let attacking = Attacking::new(server.port, attacker, cadre, files.first().copied());
        let chosen = corpus().into_iter().filter(|attack| attack.name.contains(&bench.only));
        let (mut names, mut attacks, mut harmless) = (vec![], vec![], vec![]);
        for attack in chosen {
            let Ok(bytes) = attack.component() else { continue };
            if bytes.len() <= LARGEST {
                harmless.push(innocent(names.len(), attack.hook())?);
                attacks.push((attack.hook(), bytes.to_vec()));
                names.push(attack.name);
            }
        }
        Ok(Self { bench, attacking, maker, names, attacks, innocent: harmless, server })
    }

    async fn reading(&self) -> Outcome<Round> {
        let every = self.bench.rate.map(|rate| Duration::from_secs_f64(1.0 / rate.max(0.1)));
        let Bench { connections, seconds, .. } = self.bench;
        paced(self.server.port, (connections, every), seconds, 0, &self.maker).await
    }

    /// Reads beside components that are put in for it, asked meanwhile and taken out again.
    async fn beside(&self, components: &[Component], ends: &mut Ends) -> Outcome<Round> {
        let put_in = self.attacking.put_in(components).await?;
        let reads = until_read(self.reading(), |stop| self.attacking.ask_in_turn(&put_in, stop, ends)).await?;
        self.attacking.take_out(put_in).await?;
        Ok(reads)
    }
}

/// Reads, and meanwhile does something that ends when it is told that there is enough.
async fn until_read<F: Future<Output = Outcome<()>>>(
    reading: impl Future<Output = Outcome<Round>>,
    meanwhile: impl FnOnce(Arc<AtomicBool>) -> F,
) -> Outcome<Round> {
    let stop = Arc::new(AtomicBool::new(false));
    let reading = async {
        let reads = reading.await;
        stop.store(true, Ordering::Relaxed);
        reads
    };
    let (reads, done) = tokio::join!(reading, meanwhile(stop.clone()));
    done?;
    reads
}
