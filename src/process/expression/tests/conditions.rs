use serde_json::{Value, json};

use super::{class, test};

/// Every form of condition that real exports hold: true, false and error witnesses where they exist.
#[test]
fn conditions_of_real_models() {
    #[rustfmt::skip]
    let table: &[(&str, Value, &str)] = &[
        ("${_photoConfirmed!=true}", json!({"_photoConfirmed": false}), "true"),
        ("${_photoConfirmed!=true}\n            ", json!({"_photoConfirmed": null}), "true"),
        ("${_photoConfirmed!=true}", json!({"_photoConfirmed": true}), "false"),
        ("${_photoConfirmed!=true}", json!({"_photoConfirmed": "TRUE"}), "false"),
        ("${_photoConfirmed!=true}", json!({}), "unresolved"),
        ("${_photoConfirmed!=true}", json!({"_photoConfirmed": {}}), "coercion"),
        ("${_photoConfirmed!=true}", json!({"_photoConfirmed": 1}), "coercion"),

        ("${_documentType== \"DRIVERS_LICENSE\" }", json!({"_documentType": "DRIVERS_LICENSE"}), "true"),
        ("${_documentType== \"DRIVERS_LICENSE\" }", json!({"_documentType": "PASSPORT"}), "false"),
        ("${_documentType== \"DRIVERS_LICENSE\" }", json!({"_documentType": null}), "false"),
        ("${_documentType== \"DRIVERS_LICENSE\" }", json!({}), "unresolved"),
        ("${_documentType== \"DRIVERS_LICENSE\" }", json!({"_documentType": 3}), "coercion"),
        ("${_documentType=='DRIVERS_LICENSE'}", json!({"_documentType": "DRIVERS_LICENSE"}), "true"),

        ("${_documentType==\"PASSPORT\" || _documentType==\"OTHER\"}", json!({"_documentType": "PASSPORT"}), "true"),
        ("${_documentType==\"PASSPORT\" || _documentType==\"OTHER\"}", json!({"_documentType": "OTHER"}), "true"),
        ("${_documentType==\"PASSPORT\" || _documentType==\"OTHER\"}", json!({"_documentType": "ID_CARD"}), "false"),
        ("${_documentType==\"PASSPORT\" || _documentType==\"OTHER\"}", json!({}), "unresolved"),

        ("${documentType > \"\"}", json!({"documentType": "PASSPORT"}), "true"),
        ("${documentType > \"\"}", json!({"documentType": ""}), "false"),
        ("${documentType > \"\"}", json!({"documentType": null}), "false"),
        ("${documentType > \"\"}", json!({}), "unresolved"),
        ("${documentType > \"\"}", json!({"documentType": 1}), "true"),
        ("${documentType > \"\"}", json!({"documentType": 0}), "false"),
        ("${documentType > \"\"}", json!({"documentType": -1}), "false"),

        ("${_documentType == \"A\" || _customUis.k.currentCapture.customPageParameters.t.value == \"A\"}",
            json!({"_documentType": "B", "_customUis": {"k": {"currentCapture": {"customPageParameters": {"t": {"value": "A"}}}}}}), "true"),
        ("${_documentType == \"A\" || _customUis.k.currentCapture.customPageParameters.t.value == \"A\"}",
            json!({"_documentType": "B", "_customUis": {}}), "false"),
        ("${_documentType == \"A\" || _customUis.k.currentCapture.customPageParameters.t.value == \"A\"}",
            json!({"_documentType": "A"}), "true"),
        ("${_documentType == \"A\" || _customUis.k.currentCapture.customPageParameters.t.value == \"A\"}",
            json!({"_documentType": "B"}), "unresolved"),
        ("${(_documentType !=null ? _documentType == \"A\" : false) || _customUis.k.value == \"A\"}",
            json!({"_documentType": null, "_customUis": {"k": {"value": "A"}}}), "true"),
        ("${(_documentType !=null ? _documentType == \"A\" : false) || _customUis.k.value == \"A\"}",
            json!({"_documentType": null, "_customUis": {"k": null}}), "false"),
        ("${(_documentType !=null ? _documentType == \"A\" : false) || _customUis.k.value == \"A\"}",
            json!({"_customUis": {"k": {"value": "A"}}}), "unresolved"),
        ("${(_documentType !=null ? _documentType == \"A\" : false) || _customUis.k.value == \"A\"}",
            json!({"_documentType": null, "_customUis": {"k": "text"}}), "property"),

        ("${changeDocument==true} ", json!({"changeDocument": true}), "true"),
        ("${changeDocument==true} ", json!({"changeDocument": false}), "false"),
        ("${changeDocument==true} ", json!({}), "unresolved"),

        ("${execution.hasVariable(\"isMobile\") ? isMobile : false}", json!({"isMobile": true}), "true"),
        ("${execution.hasVariable(\"isMobile\") ? isMobile : false}", json!({"isMobile": false}), "false"),
        ("\n  ${execution.hasVariable(\"isMobile\") ? isMobile : false}\n", json!({}), "false"),
        ("${execution.hasVariable(\"isMobile\") ? isMobile : false}", json!({"isMobile": null}), "null"),
        ("${execution.hasVariable(\"isMobile\") ? isMobile : false}", json!({"isMobile": "true"}), "not boolean"),

        ("${frontDocAuthCounter < 3}", json!({"frontDocAuthCounter": 2}), "true"),
        ("${frontDocAuthCounter < 3}", json!({"frontDocAuthCounter": "2"}), "true"),
        ("${frontDocAuthCounter < 3}", json!({"frontDocAuthCounter": 3}), "false"),
        ("${frontDocAuthCounter < 3}", json!({"frontDocAuthCounter": null}), "false"),
        ("${frontDocAuthCounter < 3}", json!({}), "unresolved"),
        ("${frontDocAuthCounter < 3}", json!({"frontDocAuthCounter": "two"}), "coercion"),
        ("${dvsAttempt > 2}", json!({"dvsAttempt": 3}), "true"),
        ("${dvsAttempt > 2}", json!({"dvsAttempt": 2.0}), "false"),
        ("${dvsAttempt > 2}", json!({"dvsAttempt": true}), "coercion"),
        ("${datazooCounter == 3}", json!({"datazooCounter": 3}), "true"),
        ("${datazooCounter == 3}", json!({"datazooCounter": 3.0}), "true"),
        ("${datazooCounter == 3}", json!({"datazooCounter": "3"}), "true"),
        ("${datazooCounter == 3}", json!({"datazooCounter": 4}), "false"),
        ("${datazooCounter == 3}", json!({"datazooCounter": null}), "false"),
        ("${datazooCounter == 3}", json!({"datazooCounter": "3.0"}), "coercion"),
        ("${idv.attemptNo > 1}", json!({"idv": {"attemptNo": 2}}), "true"),
        ("${idv.attemptNo > 1}", json!({"idv": {}}), "false"),
        ("${idv.attemptNo > 1}", json!({}), "unresolved"),
        ("${idv.attemptNo > 1}", json!({"idv": 7}), "property"),

        ("${docTypeClassification == 1}", json!({"docTypeClassification": 1}), "true"),
        ("${docTypeClassification == 2}", json!({"docTypeClassification": 1}), "false"),
        ("${docTypeClassification != 2}", json!({"docTypeClassification": null}), "true"),
        ("${docTypeClassification != 2}", json!({"docTypeClassification": 2}), "false"),
        ("${docTypeClassification != 2}", json!({}), "unresolved"),

        ("${_decision.equals(\"REVIEW\")}", json!({"_decision": "REVIEW"}), "true"),
        ("${_decision.equals(\"REVIEW\")}", json!({"_decision": "PASS"}), "false"),
        ("${_decision.equals(\"REVIEW\")}", json!({"_decision": 1}), "false"),
        ("${_decision.equals(\"REVIEW\")}", json!({"_decision": null}), "method"),
        ("${_decision.equals(\"REVIEW\")}", json!({}), "unresolved"),

        ("${_candidatesFound}", json!({"_candidatesFound": true}), "true"),
        ("${_candidatesFound}", json!({"_candidatesFound": false}), "false"),
        ("${_candidatesFound}", json!({"_candidatesFound": null}), "null"),
        ("${_candidatesFound}", json!({"_candidatesFound": "true"}), "not boolean"),
        ("${_candidatesFound}", json!({"_candidatesFound": 1}), "not boolean"),
        ("${_candidatesFound}", json!({}), "unresolved"),
        ("${idv.decider.overall}", json!({"idv": {"decider": {"overall": true}}}), "true"),
        ("${idv.decider.overall}", json!({"idv": {"decider": {"overall": false}}}), "false"),
        ("${idv.decider.overall}", json!({"idv": {"decider": null}}), "null"),
        ("${idv.decider.overall}", json!({"idv": {"decider": "x"}}), "property"),
        ("${idv.datazooState.idv.completed}", json!({"idv": {"datazooState": {"idv": {"completed": true}}}}), "true"),
        ("${idv.datazooState.idv.completed}", json!({"idv": {}}), "null"),

        ("${cloudFunctions.ruleExecutionResults.verifyEmail.ruleResults[\"pass\"]}",
            json!({"cloudFunctions": {"ruleExecutionResults": {"verifyEmail": {"ruleResults": {"pass": true}}}}}), "true"),
        ("${cloudFunctions.ruleExecutionResults.verifyEmail.ruleResults[\"pass\"]}",
            json!({"cloudFunctions": {"ruleExecutionResults": {"verifyEmail": {"ruleResults": {"pass": false}}}}}), "false"),
        ("${cloudFunctions.ruleExecutionResults.verifyEmail.ruleResults[\"pass\"]}", json!({"cloudFunctions": {}}), "null"),
        ("${cloudFunctions.ruleExecutionResults.verifyEmail.ruleResults[\"pass\"]}", json!({}), "unresolved"),
        ("${!cloudFunctions.ruleExecutionResults.death.ruleResults[\"match\"]}", json!({"cloudFunctions": {}}), "true"),
        ("${!cloudFunctions.ruleExecutionResults.death.ruleResults[\"match\"]}",
            json!({"cloudFunctions": {"ruleExecutionResults": {"death": {"ruleResults": {"match": true}}}}}), "false"),
        ("${!cloudFunctions.ruleExecutionResults.death.ruleResults[\"match\"]}",
            json!({"cloudFunctions": {"ruleExecutionResults": {"death": {"ruleResults": {"match": 1}}}}}), "coercion"),

        ("${idv.lastService == \"email\" && idv.lastResult == \"Match\"}",
            json!({"idv": {"lastService": "email", "lastResult": "Match"}}), "true"),
        ("${idv.lastService == 'email' && idv.lastResult == 'Match'}", json!({"idv": {"lastService": "email"}}), "false"),
        ("${idv.lastService == 'email' && idv.lastResult == 'Match'}", json!({}), "unresolved"),
        ("${_customUis.k.currentCapture.customPageParameters.n.value == \"Y\"}",
            json!({"_customUis": {"k": {"currentCapture": {"customPageParameters": {"n": {"value": "Y"}}}}}}), "true"),
        ("${_customUis.k.currentCapture.customPageParameters.n.value == \"Y\"}", json!({"_customUis": null}), "false"),

        ("${idv.config.X > \"\"}", json!({"idv": {"config": {"X": "on"}}}), "true"),
        ("${idv.config.X > \"\"}", json!({"idv": {"config": {"X": true}}}), "true"),
        ("${idv.config.X > \"\"}", json!({"idv": {"config": {}}}), "false"),
        ("${idv.config.X > \"\"}", json!({"idv": null}), "false"),
        ("${idv.config.X > \"\"}", json!({}), "unresolved"),
        ("${idv.config.ocrPresent}", json!({"idv": {"config": {"ocrPresent": true}}}), "true"),
        ("${idv.config.ocrPresent}", json!({"idv": {"config": {"ocrPresent": false}}}), "false"),
        ("${idv.config.ocrPresent}", json!({"idv": {"config": {}}}), "null"),
        ("${_additionalCaptureFinished!= true}", json!({"_additionalCaptureFinished": null}), "true"),
        ("${_additionalCaptureFinished!= true}", json!({"_additionalCaptureFinished": true}), "false"),

        ("${true}", json!({}), "true"),
        ("${false}", json!({}), "false"),
        ("true", json!({}), "not boolean"),
        ("${720}", json!({}), "not boolean"),
        ("", json!({}), "null"),
    ];
    for (condition, variables, expected) in table {
        let found = match test(condition, variables.clone()) {
            Ok(value) => value.to_string(),
            Err(error) => class(&error).to_owned(),
        };
        assert_eq!(found, *expected, "{condition} over {variables}");
    }
}
