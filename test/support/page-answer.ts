// The answer that the API page prints, so that every test of it means the same bytes.

/** The sample answer of the SetGroupOffsets page, as printed there, without its comments. */
export const PAGE_ANSWER = `{
    "codeDesc":"Success",
    "code":0,
    "msg":"",
    "data":{
        "succ":[
            {
                "topic":"streams-wordcount-output",
                "error_code":0,
                "partitions":[
                    {
                        "partition":2, 
                        "offset":27708,
                        "error_code":0
                    },
                    {
                        "partition":1,
                        "offset":112843,
                        "error_code":0
                    },
                    {
                        "partition":3,
                        "offset":29149,
                        "error_code":0
                    },
                    {
                        "partition":0,
                        "offset":29402,
                        "error_code":0
                    }
                ]
            }
        ],
        "failed":[
            {
                "topic":"aaaa",
                "error_code":3,
                "error_msg":"This request is for a topic or partition that does not exist on this broker.",
                "partitions":[
                ]
            }
        ]
    }
}`
