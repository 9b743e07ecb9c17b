"""Runs the tests of this folder, and prints the outcome of each as a line of JSON."""

import json
import unittest


class Outcomes(unittest.TestResult):
    def addSuccess(self, test):
        self._print(test, True, "")

    def addFailure(self, test, err):
        self._print(test, False, self._exc_info_to_string(err, test))

    addError = addFailure

    def _print(self, test, passed, log):
        title = test.id().split(".", 1)[1]
        print(json.dumps({"title": title, "passed": passed, "log": log}), flush=True)


unittest.defaultTestLoader.discover(".").run(Outcomes())
