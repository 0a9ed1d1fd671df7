// Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
// SPDX-License-Identifier: Apache-2.0

#include "docs/examples/examples.h"
#include "sim/driver.h"

namespace tetralog {

RecoveryResult RecoverFromABadCommand(Machine& machine) {
  Driver driver(machine);
  GemmRequest request;
  request.a = driver.NewTensor(1, 1, Format::kInt4);
  request.b = driver.NewTensor(1, 1, Format::kUint4);
  request.d = driver.NewTensor(1, 1, Format::kUint4);
  driver.Upload(request.a, std::vector<uint8_t>{3});
  driver.Upload(request.b, std::vector<uint8_t>{4});
  request.output.scale_mul = 0;  // not legal: CauseScale

  RecoveryResult result;
  try {
    driver.Wait(driver.Gemm(request));
  } catch (const DriverError& error) {  // has the cause and the number of the command
    result.error = error.what();
    driver.Recover();  // soft reset; tensors stay, commands that had not completed are lost
  }
  request.output.scale_mul = 1;
  driver.Wait(driver.Gemm(request));
  result.y = driver.Download(request.d);
  return result;
}

}  // namespace tetralog
