//! A network whose flow others are trained on, as reflow and distillation do.

use std::sync::Arc;

use crate::flow::coupling::Teacher;
use crate::flow::solver::carried;
use crate::flow::work::{Parts, finish};
use crate::flow::{Point, VelocityField};

use super::{FrozenField, MlpParams, ModelFile, ModelFileError, Scaling};

/// The flow of finished weights, by Dormand-Prince 5(4).
pub struct NetworkTeacher {
    network: FrozenField,
    field: Arc<dyn VelocityField>,
}

impl NetworkTeacher {
    /// The flow of a network over the times of its path.
    pub fn new(network: FrozenField) -> Self {
        Self {
            field: Arc::new(network.clone()),
            network,
        }
    }

    /// That of [`Teacher::encode`]'s bytes.
    ///
    /// # Errors
    /// They are no scales and a model file.
    pub fn decode(bytes: &[u8]) -> Result<Self, ModelFileError> {
        let damaged = || ModelFileError::Description("its scales are missing".to_owned());
        let (source, bytes) = bytes.split_first_chunk().ok_or_else(damaged)?;
        let (target, bytes) = bytes.split_first_chunk().ok_or_else(damaged)?;
        let mut file = ModelFile::decode(bytes)?;
        let [source_rms, target_rms] = [*source, *target].map(f64::from_le_bytes);
        let is_scale = |rms: f64| rms.is_finite() && rms > 0.0;
        if !(is_scale(source_rms) && is_scale(target_rms)) {
            return Err(ModelFileError::NonFinite);
        }
        file.scaling = Scaling {
            source_rms,
            target_rms,
        };
        Ok(Self::new(FrozenField::of_file(file)))
    }
}

impl Teacher for NetworkTeacher {
    fn carry(&self, x_0: &[Point]) -> Option<Vec<Point>> {
        let range = self.network.path().time_range();
        finish(carried(
            &self.field,
            range,
            x_0,
            x_0.len(),
            &Parts::default(),
        ))
    }

    /// Both scales as numbers of eight bytes, for decimals are not read back to the last bit, and a model file.
    fn encode(&self) -> Option<Vec<u8>> {
        let network = &self.network;
        let file = ModelFile {
            params: MlpParams::clone(network.params()),
            model: network.model().clone(),
            path: network.path(),
            scaling: network.scaling(),
            step: network.step(),
        };
        let scales = [file.scaling.source_rms, file.scaling.target_rms];
        let mut bytes: Vec<u8> = scales.iter().flat_map(|rms| rms.to_le_bytes()).collect();
        bytes.extend(file.encode().ok()?);
        Some(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiment::presets;
    use crate::flow::rng::{Stream, stream};
    use crate::model::Widths;

    #[test]
    fn what_is_written_down_carries_points_to_the_same_places() {
        let preset = presets::find("two-moons").unwrap();
        let experiment = preset.experiment().unwrap();
        let scaling = Scaling {
            source_rms: 1.000_644_763_191_633,
            target_rms: 1.453_438_076_928_54,
        };
        let widths = Widths::of(&experiment.model);
        let params = MlpParams::init(widths, &mut stream(3, Stream::Weights, 0));
        let network = FrozenField::new(Arc::new(params), &experiment, scaling, 7);
        let teacher = NetworkTeacher::new(network);
        let x_0 = [[0.3, -0.2], [1.5, 0.4], [-2.0, 1.0]];
        let x_1 = teacher.carry(&x_0).unwrap();
        assert!(x_0.iter().zip(&x_1).all(|(a, b)| a != b));
        let bytes = teacher.encode().unwrap();
        let again = NetworkTeacher::decode(&bytes).unwrap();
        assert_eq!(again.carry(&x_0).unwrap(), x_1);
        assert!(again.encode().unwrap() == bytes);
        assert_eq!(teacher.carry(&[[f64::NAN, 0.0]]), None);
        for n in [4, 12, 40] {
            assert!(NetworkTeacher::decode(&bytes[..n]).is_err());
        }
    }
}
