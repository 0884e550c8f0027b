//! One side of the comparison: a process that reads requests from its input, a line of JSON each, and answers each with
//! a line of measurements.

use std::error::Error;
use std::hint::black_box;
use std::io::{BufRead, Write};
use std::time::Instant;

use serde::{Deserialize, Serialize};

/// The solves that one answer is for.
#[derive(Debug, Deserialize)]
pub struct Request {
    pub problem: String,
    /// Relative and absolute.
    #[serde(default)]
    pub tolerance: f64,
    #[serde(default)]
    pub parameters: Vec<f64>,
    #[serde(default)]
    pub y0: Vec<f64>,
    /// The last time; the first is 0.
    #[serde(default)]
    pub end: f64,
    /// How long to measure one contestant, in seconds.
    pub budget: f64,
    /// Contestants that are not to run: they failed or were too slow at a larger tolerance.
    #[serde(default)]
    pub skip: Vec<String>,
}

#[derive(Debug, Serialize)]
struct Measurement {
    library: &'static str,
    method: String,
    /// Of one solve, the median; none where it failed.
    seconds: Option<f64>,
    /// The last state.
    state: Vec<f64>,
    /// Why it failed.
    failure: String,
}

/// The measurements of one request.
#[derive(Debug)]
pub struct Answer<'a> {
    pub request: &'a Request,
    measurements: Vec<Measurement>,
}

impl Answer<'_> {
    /// Measures one contestant, unless it is to be skipped.
    pub fn contestant<E: Into<Box<dyn Error>>>(
        &mut self,
        library: &'static str,
        method: &str,
        mut solve: impl FnMut() -> Result<Vec<f64>, E>,
    ) {
        let name = format!("{library} {method}");
        if self.request.skip.contains(&name) {
            return;
        }
        let method = method.to_owned();
        self.measurements.push(match solve().map_err(Into::into) {
            Ok(state) => {
                let seconds = median_time(self.request.budget, || {
                    let _ = black_box(solve());
                });
                Measurement { library, method, seconds: Some(seconds), state, failure: String::new() }
            }
            Err(error) => {
                Measurement { library, method, seconds: None, state: Vec::new(), failure: error.to_string() }
            }
        });
    }
}

/// The median time of a call, over samples of many calls where one is short.
fn median_time(budget: f64, mut call: impl FnMut()) -> f64 {
    const SAMPLES: usize = 15;
    let mut sample = |calls: usize| {
        let start = Instant::now();
        for _ in 0..calls {
            call();
        }
        start.elapsed().as_secs_f64() / calls as f64
    };
    let first = sample(1);
    if first > budget {
        return first;
    }
    let calls = ((budget / SAMPLES as f64 / first) as usize).max(1);
    let samples = ((budget / (calls as f64 * first)) as usize).clamp(1, SAMPLES);
    let mut times: Vec<f64> = (0..samples).map(|_| sample(calls)).collect();
    times.sort_by(f64::total_cmp);
    times[samples / 2]
}

/// Answers requests until the input ends.
///
/// # Errors
///
/// Where the input is not a request, or nobody reads the answer.
pub fn serve(mut respond: impl FnMut(&mut Answer)) -> Result<(), Box<dyn Error>> {
    let mut output = std::io::stdout().lock();
    for line in std::io::stdin().lock().lines() {
        let request = serde_json::from_str(&line?)?;
        let mut answer = Answer { request: &request, measurements: Vec::new() };
        respond(&mut answer);
        serde_json::to_writer(&mut output, &answer.measurements)?;
        writeln!(output)?;
        output.flush()?;
    }
    Ok(())
}
