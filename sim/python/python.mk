# Copyright the Tetralog authors. Licensed under the Apache License, Version 2.0.
# SPDX-License-Identifier: Apache-2.0

.PHONY: python
python: configure  ## the Python package tetralog in build/sim/python, for PYTHONPATH
	$(call build_targets,tetralog_python_package)
	@echo "built; use it with: export PYTHONPATH=$(abspath $(BUILD))/sim/python  (interpreter: /usr/bin/python3)"
