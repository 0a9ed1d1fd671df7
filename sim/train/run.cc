// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0

#include "sim/train/run.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <numeric>
#include <stdexcept>
#include <utility>

#include "sim/progress.h"
#include "sim/train/batches.h"
#include "sim/train/checkpoint.h"
#include "sim/train/hash.h"

namespace tetralog::train {
namespace {

using Clock = std::chrono::steady_clock;

constexpr size_t kTestBatch = 500;

double Seconds(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

// Mean of the last values, at most `count`.
double TailMean(const std::vector<double>& values, uint64_t count) {
  const size_t size = std::min<size_t>(count, values.size());
  if (size == 0) return 0;
  return std::accumulate(values.end() - static_cast<ptrdiff_t>(size), values.end(), 0.0) /
         static_cast<double>(size);
}

std::vector<NamedValues> ToNamed(const RunHistory& history) {
  std::vector<NamedValues> list = {{"loss", history.loss},
                                   {"accuracy", history.accuracy},
                                   {"test_step", {}},
                                   {"test_accuracy", {}},
                                   {"test_images", {}}};
  for (const TestPoint& test : history.tests) {
    list[2].values.push_back(static_cast<double>(test.step));
    list[3].values.push_back(test.accuracy);
    list[4].values.push_back(static_cast<double>(test.images));
  }
  return list;
}

RunHistory FromNamed(const std::vector<NamedValues>& list, uint64_t steps,
                     const std::string& path) {
  // Older ones do not know the images.
  const bool images = list.size() == 5;
  if ((list.size() != 4 && !images) || list[0].values.size() != steps ||
      list[1].values.size() != steps || list[2].values.size() != list[3].values.size() ||
      (images && list[4].values.size() != list[3].values.size()))
    throw std::runtime_error(path +
                             ": is of another version of this program; start again "
                             "without --resume");
  RunHistory history{list[0].values, list[1].values, {}};
  for (size_t i = 0; i < list[2].values.size(); ++i)
    history.tests.push_back({static_cast<uint64_t>(list[2].values[i]), list[3].values[i],
                             images ? static_cast<uint64_t>(list[4].values[i]) : 0});
  return history;
}

// The same bits, not the same numbers: no NaN is equal to itself.
bool SameBits(const NamedValues& a, const NamedValues& b) {
  return a.name == b.name && a.values.size() == b.values.size() &&
         std::memcmp(a.values.data(), b.values.data(), a.values.size() * sizeof(double)) == 0;
}

class Csv {
 public:
  explicit Csv(std::string path) : path_(std::move(path)) {
    if (path_.empty()) return;
    out_.open(path_);
    out_ << "step,loss,accuracy,rate\n";
    Flush();
  }
  void Row(uint64_t step, double loss, double accuracy, double rate) {
    if (!path_.empty()) out_ << fmt::format("{},{},{},{}\n", step, loss, accuracy, rate);
  }
  void Flush() {
    if (path_.empty()) return;
    out_.flush();
    if (!out_)
      throw std::runtime_error(path_ + ": cannot be written; make room or give another path");
  }

 private:
  std::string path_;
  std::ofstream out_;
};

class Run {
 public:
  Run(const Recipe& recipe, const RunOptions& options, const reference::Dataset& dataset,
      Trainer& trainer)
      : recipe_(recipe),
        options_(options),
        dataset_(dataset),
        trainer_(trainer),
        batches_(dataset.train, recipe.seed, recipe.batch),
        in_epoch_(batches_.steps_per_epoch()) {
    if (!options.checkpoint.empty()) {
      images_hash_ = ImagesHash(dataset.train);
      CheckCheckpointPath(options.checkpoint);
      if (options.resume) Resume();
    }
  }

  RunResult Finish() {
    Csv csv(options_.csv);
    for (uint64_t step = 0; step < first_; ++step)
      csv.Row(step + 1, history_.loss[step], history_.accuracy[step], Rate(step));
    MeasureRecording();
    while (done_ < recipe_.steps && !Stopped()) {
      Step();
      csv.Row(done_, history_.loss.back(), history_.accuracy.back(), Rate(done_ - 1));
      const bool epoch = done_ % in_epoch_ == 0;
      if (epoch || done_ == recipe_.steps) Test();
      const uint64_t every = options_.checkpoint_every;
      if (every == 0 ? epoch : done_ % every == 0) Save();
      if (epoch || done_ % 20 == 0) csv.Flush();
    }
    if (EndIsUntested()) Test();
    if (unsaved_) Save();
    csv.Flush();
    return Result();
  }

 private:
  double Rate(uint64_t step) const { return RateAt(recipe_, in_epoch_, step); }
  bool Stopped() const { return options_.stop != nullptr && *options_.stop != 0; }

  // A run may end where another one was stopped.
  bool EndIsUntested() const {
    return done_ == recipe_.steps && TestImages() > 0 &&
           (history_.tests.empty() || history_.tests.back().step != done_);
  }

  void Resume() {
    const std::string& path = options_.checkpoint;
    Checkpoint c = ReadCheckpoint(path);
    const auto saved = nlohmann::ordered_json::parse(c.recipe, nullptr, false);
    if (const std::string fault = RecipeFault(saved); !fault.empty())
      throw std::runtime_error(
          fmt::format("{}: is of another version of this program: its recipe {}; go on with that "
                      "version, or start again without --resume",
                      path, fault));
    Recipe before;
    try {
      before = RecipeFromJson(saved, path + ": ");
    } catch (const std::invalid_argument& e) {
      throw std::runtime_error(fmt::format("{}; start again without --resume", e.what()));
    }
    if (const auto change = RecipeDifference(before, recipe_))
      throw std::runtime_error(
          fmt::format("{}: has another recipe: {}; give --{} {}, or start again without --resume",
                      path, change->Text(), change->key, change->was));
    if (c.images != images_hash_)
      throw std::runtime_error(path +
                               ": was trained on other images; give their folder with --data");
    if (c.step > recipe_.steps)
      throw std::runtime_error(
          fmt::format("{}: is at step {}, beyond the {} of this run; give more "
                      "steps",
                      path, c.step, recipe_.steps));
    history_ = FromNamed(c.history, c.step, path);
    try {
      trainer_.Load(c.state, c.step);
    } catch (const std::invalid_argument& e) {
      throw std::runtime_error(fmt::format("{}: {}; start again without --resume", path, e.what()));
    }
    first_ = done_ = c.step;
    unsaved_ = false;
    // The run before may have had its end elsewhere, and was tested there.
    std::erase_if(history_.tests, [&](const TestPoint& test) {
      return test.step % in_epoch_ != 0 && test.step != recipe_.steps;
    });
    if (!options_.quiet) fmt::print("resumed {} at step {}\n", path, done_);
  }

  void Step() {
    const Batch batch = batches_.At(done_);
    StepOptions step;
    step.rate = Rate(done_);
    step.samples = static_cast<uint32_t>(recipe_.samples);
    step.fp32 = InFp32(recipe_, done_ + 1);
    const bool record =
        options_.recorder != nullptr && done_ + options_.record_steps >= recipe_.steps;
    if (record) options_.recorder->Load(trainer_.Save(), done_);
    if (options_.histogram != nullptr && !step.fp32 &&
        done_ + recipe_.fnt + in_epoch_ >= recipe_.steps) {
      step.histogram = options_.histogram;
      ++histogram_steps_;
    }
    const StepResult result = trainer_.Step(batch, step);
    if (!std::isfinite(result.loss))
      throw std::runtime_error(
          fmt::format("step {}: the loss is no finite number: the training has diverged; lower the "
                      "learning rate",
                      done_));
    if (record) Record(batch, step);
    ++done_;
    unsaved_ = true;
    history_.loss.push_back(result.loss);
    history_.accuracy.push_back(static_cast<double>(result.correct) /
                                static_cast<double>(batch.size));
    Show();
  }

  // Records the next step, whatever its number, to see how large a step is: sizes are all the same.
  void MeasureRecording() {
    if (options_.recorder == nullptr || done_ >= recipe_.steps) return;
    std::vector<TraceGemm> gemms;
    StepOptions step;
    step.samples = static_cast<uint32_t>(recipe_.samples);
    step.record = &gemms;
    options_.recorder->Load(trainer_.Save(), done_);
    options_.recorder->Step(batches_.At(done_), step);
    uint64_t bytes = 0;
    for (const TraceGemm& gemm : gemms) bytes += data_bytes(gemm);
    const uint64_t steps = std::min(options_.record_steps, recipe_.steps - done_);
    const double all = static_cast<double>(bytes * steps) * 1e-6;
    if (bytes * steps > options_.record_room) {
      throw std::runtime_error(fmt::format(
          "--record: {} steps of {} GEMMs are {:.1f} MB before compression, and there is room for "
          "{:.1f}; give fewer with --record-steps, a smaller --batch, or a path with more room",
          steps, gemms.size(), all, static_cast<double>(options_.record_room) * 1e-6));
    }
    if (options_.quiet) return;
    fmt::print("will record steps {} to {}: {} GEMMs each, {:.1f} MB in all before compression\n",
               recipe_.steps - steps, recipe_.steps - 1, gemms.size(), all);
  }

  void Record(const Batch& batch, StepOptions step) {
    step.record = &record_;
    step.histogram = nullptr;
    options_.recorder->Step(batch, step);
    const std::vector<NamedValues> state = trainer_.Save(), other = options_.recorder->Save();
    for (size_t i = 0; i < std::max(state.size(), other.size()); ++i) {
      if (i < std::min(state.size(), other.size()) && SameBits(state[i], other[i])) continue;
      throw std::runtime_error(fmt::format(
          "step {}: after it, {} differs between {} and the reference that records; find the GEMM "
          "with --check-every 1",
          done_, i < state.size() ? state[i].name : other[i].name, recipe_.machine));
    }
  }

  // Mean of the last steps within the epoch, so that the number rests.
  uint64_t Window() const { return std::min<uint64_t>((done_ - 1) % in_epoch_ + 1, 100); }

  void Show() {
    if (options_.quiet || (Seconds(shown_) < 0.1 && done_ != recipe_.steps)) return;
    shown_ = Clock::now();
    const double part = static_cast<double>(done_) / static_cast<double>(recipe_.steps);
    const double left = Seconds(start_) * static_cast<double>(recipe_.steps - done_) /
                        static_cast<double>(done_ - first_);
    constexpr size_t kWidth = 20;
    std::string bar(static_cast<size_t>(part * kWidth), '#');
    bar.resize(kWidth, '.');
    progress_.Show(fmt::format(
        "[{}] step {}/{} epoch {} loss {:.3f} accuracy {:.1f} % ETA {:.0f} s", bar, done_,
        recipe_.steps, (done_ - 1) / in_epoch_ + 1, TailMean(history_.loss, Window()),
        100 * TailMean(history_.accuracy, Window()), left));
  }

  size_t TestImages() const { return std::min(options_.test_images, dataset_.test.size()); }

  void Test() {
    const reference::Images& test = dataset_.test;
    const size_t images = TestImages();
    size_t correct = 0;
    for (size_t begin = 0; begin < images; begin += kTestBatch) {
      const size_t size = std::min(kTestBatch, images - begin);
      correct += trainer_.CountCorrect(
          {&test.pixels[begin * reference::kImageSize], &test.labels[begin], size},
          InFp32(recipe_, done_));
    }
    std::string text = "not tested";
    if (images > 0) {
      unsaved_ = true;
      history_.tests.push_back(
          {done_, static_cast<double>(correct) / static_cast<double>(images), images});
      text = fmt::format("test accuracy {:.2f} %", 100 * history_.tests.back().accuracy);
    }
    if (options_.quiet) return;
    progress_.Clear();
    const uint64_t steps = (done_ - 1) % in_epoch_ + 1;
    fmt::print(
        "epoch {} step {}: mean loss {:.4f} and accuracy {:.2f} % of the epoch, {} ({:.1f} "
        "s)\n",
        (done_ - 1) / in_epoch_ + 1, done_, TailMean(history_.loss, steps),
        100 * TailMean(history_.accuracy, steps), text, Seconds(start_));
    std::fflush(stdout);
  }

  void Save() {
    unsaved_ = false;
    if (options_.checkpoint.empty()) return;
    WriteCheckpoint(options_.checkpoint, {done_, images_hash_, RecipeJson(recipe_).dump(),
                                          trainer_.Save(), ToNamed(history_)});
  }

  RunResult Result() {
    RunResult result;
    result.steps = done_;
    result.first_step = first_;
    result.weights_hash = HashOf(trainer_.Weights());
    result.loss_steps = std::min(done_, in_epoch_);
    result.train_loss = TailMean(history_.loss, in_epoch_);
    result.train_accuracy = TailMean(history_.accuracy, in_epoch_);
    if (!history_.tests.empty() && history_.tests.back().step == done_)
      result.test_accuracy = history_.tests.back().accuracy;
    result.seconds = Seconds(start_);
    result.history = std::move(history_);
    result.record = std::move(record_);
    result.histogram_steps = histogram_steps_;
    return result;
  }

  const Recipe& recipe_;
  const RunOptions& options_;
  const reference::Dataset& dataset_;
  Trainer& trainer_;
  Batches batches_;
  const uint64_t in_epoch_;
  uint64_t images_hash_ = 0;
  uint64_t first_ = 0, done_ = 0, histogram_steps_ = 0;
  bool unsaved_ = true;  // the checkpoint is not yet of this state
  RunHistory history_;
  std::vector<TraceGemm> record_;
  Progress progress_;
  Clock::time_point start_ = Clock::now(), shown_;
};

// sin(pi * x) for x within +-0.5 by its series: the same bits on every machine, as those of
// std::sin are not. The next term is below 1e-17.
double SineOfPi(double x) {
  const double angle = 3.14159265358979323846 * x, square = angle * angle;
  double sum = 0;
  for (int n = 21; n > 1; n -= 2) sum = (sum + 1.0) * (-square / ((n - 1) * n));
  return angle * (1.0 + sum);
}

}  // namespace

bool InFp32(const Recipe& recipe, uint64_t done) { return done + recipe.fnt > recipe.steps; }

double RateAt(const Recipe& recipe, uint64_t steps_per_epoch, uint64_t step) {
  if (recipe.schedule == "constant") return recipe.rate;
  const auto total = static_cast<double>(recipe.epochs * steps_per_epoch);
  const double done = static_cast<double>(step) / total;
  if (recipe.schedule == "cosine") return recipe.rate * (0.5 - 0.5 * SineOfPi(done - 0.5));
  return recipe.rate * (1.0 - done);
}

uint64_t ImagesHash(const reference::Images& images) {
  Fnv1a hash;
  hash.Add(images.pixels.data(), images.pixels.size());
  hash.Add(images.labels.data(), images.labels.size());
  return hash.hash();
}

RunResult RunTraining(const Recipe& recipe, const RunOptions& options,
                      const reference::Dataset& dataset, Trainer& trainer) {
  return Run(recipe, options, dataset, trainer).Finish();
}

}  // namespace tetralog::train
