/// Known cases: what was, `=>`, what is, and for a break what is said of it, behind `##`.
enum ContractCases {
    struct Case: Sendable {
        let old: String
        let new: String
        let message: String
    }

    private static func cases(_ table: String) -> [Case] {
        table.split(separator: "\n").filter { !$0.hasPrefix("//") }.map { line in
            let halves = line.split(separator: " ## ")
            let schemas = halves[0].split(separator: " => ")
            return Case(
                old: String(schemas[0]), new: String(schemas[1]), message: halves.count > 1 ? String(halves[1]) : "")
        }
    }

    /// Inputs that stay valid.
    static let taken = cases(
        ###"""
        // Wider types, bounds and choices.
        {"type":"integer"} => {"type":"number"}
        {"type":"number"} => {"type":["number","null"]}
        {"type":["null","integer"]} => {"anyOf":[{"type":"number"},{"type":"null"}]}
        {"type":"number","minimum":0,"maximum":10} => {"type":"number","minimum":-1,"exclusiveMaximum":10.5}
        {"type":"number","exclusiveMinimum":0} => {"type":"number","minimum":0}
        {"type":"integer","exclusiveMinimum":4} => {"type":"integer","minimum":5}
        {"type":"integer","minimum":4.5} => {"type":"number","exclusiveMinimum":4.9}
        {"type":"number","multipleOf":0.2} => {"type":"number","multipleOf":0.1}
        {"type":"number","multipleOf":6} => {"type":"integer","multipleOf":3}
        {"enum":["a","b"]} => {"type":"string","enum":["c","b","a"]}
        {"enum":["a","b"]} => {"type":"string","pattern":"^[ab]$"}
        {"const":1} => {"enum":[1.0,2]}
        {"type":"boolean"} => {"enum":[true,false]}
        {"type":"string","maxLength":5} => {"type":"string","maxLength":6}
        {"type":"string","pattern":"^a"} => {"type":"string","pattern":"^a","minLength":0}
        {"type":"string","format":"date-time"} => {"type":"string"}
        // Annotations, and keywords that nobody knows.
        {"type":"number","title":"a","description":"b","default":1,"x-unit":"cm"} => {"type":"number","default":3,"unknown":1}
        {"type":"number","default":3} => {"type":"number","examples":[2],"deprecated":true,"x-unit":"m"}
        // Objects.
        {"properties":{"a":{"type":"number"}},"required":["a"]} => {"properties":{"a":{"type":"number"}}}
        {"properties":{"a":{"type":"number"}},"additionalProperties":false} => {"properties":{"a":{"type":"number"},"b":{"type":"string"}},"additionalProperties":false}
        {"additionalProperties":{"type":"integer"}} => {"properties":{"a":{"type":"number"}},"additionalProperties":{"type":"integer"}}
        {"properties":{"a":{}},"required":["a"],"additionalProperties":false} => {"minProperties":1,"propertyNames":{"maxLength":1}}
        {"patternProperties":{"^f_":{"type":"integer"}},"additionalProperties":false} => {"patternProperties":{"^f_":{"type":"number"}},"additionalProperties":false}
        {"required":["a","b"]} => {"dependentRequired":{"a":["b"]}}
        {"dependentRequired":{"a":["b","c"]}} => {"dependentRequired":{"a":["b"]}}
        // Arrays.
        {"type":"array","items":{"type":"integer"},"minItems":4} => {"type":"array","items":{"type":"number"},"minItems":1}
        {"prefixItems":[{"type":"integer"},{"type":"string"}],"items":false} => {"prefixItems":[{"type":"number"}],"items":{"type":"string"},"maxItems":2}
        {"type":"array","maxItems":1} => {"type":"array","uniqueItems":true}
        {"contains":{"const":1},"minContains":2} => {"contains":{"type":"integer"}}
        // References, by other names and recursive.
        {"$ref":"#/$defs/a","$defs":{"a":{"properties":{"kids":{"items":{"$ref":"#/$defs/a"}},"v":{"type":"integer"}}}}} => {"properties":{"kids":{"items":{"$ref":"#"}},"v":{"type":"number"}}}
        {"$defs":{"a%b":{"$anchor":"x","enum":[1]}},"$ref":"#x"} => {"$defs":{"a%b":{"enum":[1]}},"$ref":"#/$defs/a%25b"}
        {"$id":"https://a.b/c","$defs":{"d":{"type":"integer"}},"items":{"$ref":"c#/$defs/d"}} => {"items":{"type":"number"}}
        // Choices, member by member.
        {"anyOf":[{"type":"integer"},{"type":"string"}]} => {"anyOf":[{"type":"null"},{"type":"string"},{"type":"number"}]}
        {"oneOf":[{"properties":{"k":{"const":"a"},"x":{"type":"integer"}},"required":["k"]},{"properties":{"k":{"const":"b"}},"required":["k"]}]} => {"oneOf":[{"properties":{"k":{"const":"c"}},"required":["k"]},{"properties":{"k":{"const":"b"}},"required":["k"]},{"properties":{"k":{"const":"a"},"x":{"type":"number"}},"required":["k"]}]}
        {"allOf":[{"type":"number"},{"minimum":2}]} => {"allOf":[{"minimum":1},{"type":["number","string"]}]}
        {"type":"number","not":{"enum":[0,"a"]}} => {"not":{"const":0}}
        {"type":"number"} => {"not":{"type":"string"}}
        {"if":{"required":["a"]},"then":{"required":["b"]},"else":{"required":["c"]}} => {"if":{"required":["a"]},"then":{"required":["b"]}}
        {"allOf":[{"type":"object"}],"unevaluatedProperties":false} => {"title":"t","allOf":[{"type":"object"}],"unevaluatedProperties":false}
        // Whatever it is, and nothing at all.
        {"type":"object"} => true
        false => {"type":"object"}
        true => {}
        {"type":"string","minLength":3,"maxLength":2} => false
        {"type":"number","exclusiveMinimum":3,"maximum":3} => false
        {"type":"object","properties":{"a":false},"required":["a"]} => {"type":"number"}
        {"type":[],"const":1} => {"type":"integer"}
        """###)

    /// Inputs that are refused now.
    static let refused = cases(
        ###"""
        {"type":"number"} => {"type":"integer"} ## input /: was a number, is an integer now
        {"type":["number","null"]} => {"type":"number"} ## input /: was a number or null, is a number now
        {} => {"type":"string"} ## input /: was any value, is a string now
        {"type":"number"} => {"type":"number","minimum":0} ## input /: has minimum 0 now, and had none
        {"type":"number","maximum":5} => {"type":"number","maximum":4} ## input /: maximum was 5, is 4 now
        {"type":"number","minimum":0} => {"type":"number","exclusiveMinimum":0} ## input /: has exclusiveMinimum 0 now, and had none
        {"type":"number","minimum":9007199254740993} => {"type":"number","exclusiveMinimum":9007199254740992} ## input /: has exclusiveMinimum 9007199254740992 now, and had none
        {"type":"number","multipleOf":0.1} => {"type":"number","multipleOf":0.2} ## input /: multipleOf was 0.1, is 0.2 now
        {"enum":["a","b","c"]} => {"enum":["a"]} ## input /: "b", "c" are not taken any more: must be one of "a", but is "b"
        {"type":"string"} => {"enum":["a","b"]} ## input /: was a string, is one of "a", "b" now
        {"type":"boolean"} => {"const":true} ## input /: false is not taken any more: must be true, but is false
        {"type":"string","maxLength":5} => {"type":"string","maxLength":4} ## input /: maxLength was 5, is 4 now
        {"type":"string"} => {"type":"string","pattern":"a"} ## input /: has pattern "a" now, and had none
        {"properties":{"a":{}}} => {"properties":{"a":{}},"required":["a"]} ## input /a: is required now, and could be missing
        {"properties":{"a":{}}} => {"properties":{"a":{},"b/c":{"type":"number"}},"required":["b/c"]} ## input /b~1c: is new and required
        {"properties":{"a":{}}} => {"properties":{"a":{}},"additionalProperties":false} ## input /*: is not known any more, and unknown members are refused
        {"properties":{"a":{},"b":{}},"additionalProperties":false} => {"properties":{"a":{}},"additionalProperties":false} ## input /b: is not known any more, and unknown members are refused
        {"required":["a"]} => {"required":["a"],"dependentRequired":{"a":["b"]}} ## input /b: is required now, and could be missing, where 'a' is there
        {"patternProperties":{"^a":{}},"additionalProperties":{"type":"string"}} => {"additionalProperties":{"type":"string"}} ## input /*: was any value, is a string now
        {"items":{"items":{"type":"number"}}} => {"items":{"items":{"type":"number","minimum":0}}} ## input /*/*: has minimum 0 now, and had none
        {"items":{"type":"number"}} => {"items":{"type":"number"},"maxItems":4} ## input /: has maxItems 4 now, and had none
        {"type":"array"} => {"type":"array","uniqueItems":true} ## input /: items may not repeat any more
        {"prefixItems":[{},{"type":"number"}]} => {"prefixItems":[{},{"type":"string"}]} ## input /1: was a number, is a string now
        {"$ref":"#/$defs/t","$defs":{"t":{"properties":{"kid":{"$ref":"#/$defs/t"},"v":{"type":"number"}}}}} => {"$ref":"#/$defs/t","$defs":{"t":{"properties":{"kid":{"$ref":"#/$defs/t"},"v":{"type":"integer"}}}}} ## input /kid/v: was a number, is an integer now; input /v: was a number, is an integer now
        {"anyOf":[{"type":"integer"},{"type":"string"}]} => {"anyOf":[{"type":"integer"},{"type":"null"}]} ## input /: was a string, is an integer or null now
        {"anyOf":[{"type":"number"},{"type":"null"}]} => {"anyOf":[{"type":"number","minimum":0},{"type":"null"}]} ## input /: has minimum 0 now, and had none
        {"type":"object"} => false ## input /: nothing is allowed here any more
        """###)

    /// Inputs of which it can't be told.
    static let untold = cases(
        ###"""
        {"type":"string","pattern":"^a"} => {"type":"string","pattern":"^[a]"}
        {"type":"string"} => {"type":"string","format":"uuid"}
        {"type":"number"} => {"type":"number","not":{"const":3}}
        {"type":"number"} => {"if":{"minimum":0},"then":{"maximum":5}}
        {"type":"number"} => {"oneOf":[{"type":"number"},{"minimum":5}]}
        {"type":"number"} => {"anyOf":[{"type":"number","minimum":0},{"type":"number","maximum":0}]}
        {"type":"object"} => {"allOf":[{"type":"object"}],"unevaluatedProperties":{"type":"number"}}
        {"type":"array","contains":{"const":1}} => {"type":"array","contains":{"const":2}}
        {"type":"number"} => {"$ref":"#/$defs/a","$defs":{"a":{"$ref":"#/$defs/a"}}}
        {"type":"number"} => {"anyOf":[{"$ref":"#"},{"type":"string"}]}
        {"type":"number"} => {"$ref":"#/$defs/a"}
        {"type":"number"} => {"type":"numbre"}
        """###)

    /// Outputs that readers know.
    static let known = cases(
        ###"""
        {"type":"number"} => {"type":"integer","minimum":0}
        {"enum":["a","b","c"]} => {"enum":["a","b"]}
        {"properties":{"a":{"type":"number"}},"required":["a"]} => {"properties":{"a":{"type":"number"},"b":{"type":"string"}},"required":["a","b"]}
        {"properties":{"a":{"type":"number"}}} => {"properties":{"a":{"type":"number"}},"required":["a"]}
        // Readers ignore what they don't know, also where it was forbidden.
        {"properties":{"a":{}},"additionalProperties":false} => {"properties":{"a":{},"b":{}},"required":["b"],"additionalProperties":false}
        {"items":{"properties":{"a":{}},"additionalProperties":false}} => {"items":{"properties":{"a":{}}}}
        {"$ref":"#/$defs/a","$defs":{"a":{"properties":{"a":{}},"unevaluatedProperties":false}}} => {"properties":{"b":{}}}
        """###)

    /// Outputs that readers don't know.
    static let unknown = cases(
        ###"""
        {"type":"integer"} => {"type":"number"} ## output /: was an integer, is a number now
        {"enum":["a"]} => {"enum":["a","b"]} ## output /: may be "b" now, which it never was: must be one of "a", but is "b"
        {"properties":{"a":{"type":"number"}},"required":["a"]} => {"properties":{"a":{"type":"number"}}} ## output /a: was always there, and may be missing now
        {"properties":{"a":{"type":"number"}},"required":["a"]} => {"properties":{}} ## output /a: was always there, and may be missing now
        {"properties":{"a":{"type":"number"}}} => {"properties":{}} ## output /a: is not described any more: it may be missing, or anything
        {"type":"number","minimum":0,"maximum":1} => {"type":"number","minimum":0} ## output /: maximum was 1, and is gone
        {"type":"array","uniqueItems":true} => {"type":"array"} ## output /: items may repeat now, which they never did
        {"additionalProperties":{"type":"number"}} => {"properties":{"note":{"type":"string"}},"additionalProperties":{"type":"number"}} ## output /note: was a number, is a string now
        false => {"type":"number"} ## output /: may be there now, where nothing was allowed
        """###)
}
